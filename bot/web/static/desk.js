"use strict";
// The desk works without this; with it pages stay fresh, drafts survive, and the keyboard is enough.
(() => {
  const live = document.getElementById("live"), news = document.getElementById("news"), acts = document.getElementById("acts");
  const memory = { get: (k) => { try { return sessionStorage.getItem(k); } catch { return null; } },
    set: (k, v) => { try { v ? sessionStorage.setItem(k, v) : sessionStorage.removeItem(k); } catch { /* private window */ } } };

  // ---- drafts and prepared texts

  const place = (area) => location.pathname + "#" + area.id;
  document.querySelectorAll("#acts textarea").forEach((area) => {
    if (!area.value) area.value = memory.get(place(area)) || "";
    if (area.value && area.closest("details")) area.closest("details").open = true;
    area.addEventListener("input", () => memory.set(place(area), area.value));
    area.form.addEventListener("submit", () => memory.set(place(area), ""));
  });
  document.addEventListener("click", (event) => {
    const one = event.target.closest("[data-into]");
    if (!one) return;
    const area = document.getElementById(one.dataset.into);
    area.value = area.value && area.tagName === "TEXTAREA" ? area.value + "\n" + one.dataset.text : one.dataset.text;
    area.dispatchEvent(new Event("input"));
    area.focus();
  });
  // a second tap must not act twice; the version would refuse it, but with an alarming sentence
  document.addEventListener("submit", (event) => {
    if (event.target.method !== "post") return;
    setTimeout(() => event.target.querySelectorAll("button").forEach((one) => { one.disabled = true; }), 0);
  });
  window.addEventListener("pageshow", () => document.querySelectorAll("button[disabled]").forEach((one) => { one.disabled = false; }));

  // ---- what is new

  let first = true, busy = false, again = false;
  async function refresh() {
    if (busy) { again = true; return; }
    busy = true;
    try {
      const answer = await fetch(location.pathname + location.search.replace(/[?&]done=\w+/, ""), { credentials: "same-origin" });
      if (answer.status === 404 && acts) { tell("这张单刚转给了别人，您看不到后面的了。"); return; }
      if (answer.ok) swap(new DOMParser().parseFromString(await answer.text(), "text/html"));
    } catch { /* the stream calls again when the net is back */ } finally {
      busy = false;
      if (again) { again = false; refresh(); }
    }
  }
  function swap(page) {
    const fresh = page.getElementById("live");
    if (!fresh) return;
    const changed = live.dataset.version !== fresh.dataset.version;
    const at = document.activeElement && document.activeElement.closest(".case");
    const link = at && at.getAttribute("href");
    live.replaceChildren(...fresh.childNodes);
    if (link) { const same = live.querySelector(`.case[href="${link}"]`); if (same) same.focus(); }
    if (!changed) return;
    live.dataset.version = fresh.dataset.version;
    const typing = acts && [...acts.querySelectorAll("textarea")].some((one) => one.value.trim());
    const forms = page.getElementById("acts");
    if (!typing && acts && forms) acts.replaceChildren(...forms.childNodes);
    tell(typing ? "这张单有了新情况，请先看经过。" : "有新情况，已经显示在经过里。", typing);
  }
  function tell(words, reload) {
    if (!news) return;
    news.hidden = false;
    news.textContent = words;
    if (!reload) return;
    const link = document.createElement("a");
    link.href = location.pathname; link.textContent = "看过了，接着办（您写的字还在）";
    news.append(" ", link);
  }
  if (live && "EventSource" in window) {
    const stream = new EventSource("/desk/live");
    stream.addEventListener("changed", () => { if (first) { first = false; return; } refresh(); });
    stream.addEventListener("error", () => { first = false; });
  }

  // ---- who else is here

  const others = document.getElementById("others");
  if (others) {
    const sign = async () => {
      const writing = acts && [...acts.querySelectorAll("textarea")].some((one) => one.value.trim()) ? "1" : "0";
      try {
        const answer = await fetch(others.dataset.place, { method: "POST", credentials: "same-origin",
          body: new URLSearchParams({ csrf: others.dataset.csrf, writing }), headers: { Accept: "application/json" } });
        if (!answer.ok) return;
        const told = (await answer.json()).others;
        others.hidden = !told.length;
        others.textContent = told.join("，");
      } catch { /* the next sign tells */ }
    };
    sign();
    setInterval(() => { if (!document.hidden) sign(); }, 8000);
  }

  // ---- keys

  const go = (step) => {
    const all = [...document.querySelectorAll(".case")];
    const at = all.indexOf(document.activeElement);
    const next = all[Math.max(0, Math.min(all.length - 1, at + step))];
    if (next) next.focus();
  };
  const KEYS = { j: () => go(1), k: () => go(-1), "/": () => focus("q"), r: () => focus("a-reply"), n: () => focus("a-note"), u: () => { location.href = "/desk"; } };
  function focus(id) { const one = document.getElementById(id); if (one) { one.scrollIntoView({ block: "center" }); one.focus(); } }
  document.addEventListener("keydown", (event) => {
    if (event.target.closest("input, textarea, select") || event.ctrlKey || event.metaKey || event.altKey) {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.form) event.target.form.requestSubmit();
      return;
    }
    if (KEYS[event.key]) { event.preventDefault(); KEYS[event.key](); }
  });
})();

"use strict";
// The desk works without this; with it pages stay fresh, drafts survive, and the keyboard is enough.
(() => {
  const $ = (id) => document.getElementById(id);
  const live = $("live"), news = $("news"), acts = $("acts"), bulk = $("bulk"), help = $("help");
  const memory = { get: (k) => { try { return sessionStorage.getItem(k); } catch { return null; } },
    set: (k, v) => { try { v ? sessionStorage.setItem(k, v) : sessionStorage.removeItem(k); } catch { /* private window */ } } };

  // ---- drafts and prepared texts

  const SENT = "yxf.sent"; // the drafts of the form that is on its way
  const place = (field) => location.pathname + "#" + field.id;
  const drafted = (field) => field.id && acts && acts.contains(field) && field.matches("textarea, select, input:not([type=file])");
  settle();
  restore();
  // a draft goes only when the server says that it is done, since the net may drop on the way
  function settle() {
    const address = new URL(location.href);
    if (address.searchParams.has("done")) {
      (memory.get(SENT) || "").split("\n").forEach((one) => memory.set(one, ""));
      address.searchParams.delete("done");
      history.replaceState(null, "", address);
    }
    memory.set(SENT, "");
  }
  function restore() {
    if (!acts) return;
    for (const field of acts.querySelectorAll("[id]")) {
      const kept = drafted(field) && memory.get(place(field));
      if (kept) { field.value = kept; unfold(field); }
    }
  }
  function unfold(one) { while ((one = one.parentElement.closest("details"))) one.open = true; }
  for (const kind of ["input", "change"]) document.addEventListener(kind, (event) => {
    if (drafted(event.target)) memory.set(place(event.target), event.target.value);
  });
  document.addEventListener("click", (event) => {
    const one = event.target.closest("[data-into]");
    if (!one) return;
    const area = $(one.dataset.into);
    area.value = area.value && area.tagName === "TEXTAREA" ? area.value + "\n" + one.dataset.text : one.dataset.text;
    area.dispatchEvent(new Event("input", { bubbles: true }));
    area.focus();
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || event.defaultPrevented) return;
    if (form.dataset.sure && !confirm(form.dataset.sure)) { event.preventDefault(); return; }
    memory.set(SENT, [...form.elements].filter(drafted).map(place).join("\n"));
    // a second tap must not act twice; the version would refuse it, but with an alarming sentence
    setTimeout(() => form.querySelectorAll("button").forEach((one) => { one.disabled = true; }), 0);
  });
  window.addEventListener("pageshow", () => document.querySelectorAll("button[disabled]").forEach((one) => { one.disabled = false; }));

  // ---- what is new

  let busy = false, again = false, position = document.body.dataset.position || "", due = false, later = null;
  async function refresh() {
    if (busy) { again = true; return; }
    busy = true;
    try {
      const answer = await fetch(location.href, { credentials: "same-origin" });
      if (answer.status === 404 && acts) { tell("这张单刚转给了别人，您看不到后面的了。"); return; }
      if (answer.ok) show(new DOMParser().parseFromString(await answer.text(), "text/html"));
    } catch { /* the stream calls again when the net is back */ } finally {
      busy = false;
      if (again) { again = false; refresh(); }
    }
  }
  function show(page) {
    const fresh = page.getElementById("live");
    if (!fresh) return;
    renew(live, fresh);
    count();
    if (live.dataset.version === fresh.dataset.version) return;
    live.dataset.version = fresh.dataset.version;
    if (!acts) return;
    later = page.getElementById("acts");
    if (touched()) { tell("有新消息，请先看经过。", later && "有新消息，点这里刷新"); return; }
    renewActs();
    tell("有新情况，已经显示在经过里。");
  }
  // what is ticked, unfolded, chosen and in focus in a part stays so when the part is renewed
  function renew(part, fresh) {
    const all = (query) => [...part.querySelectorAll(query)];
    const name = (one) => one.id || one.value || one.getAttribute("href") || one.textContent;
    const ticked = new Set(all("[name=numbers]:checked").map(name)), open = new Set(all("details[open] > summary").map(name));
    const files = all("input[type=file]").filter((one) => one.files.length);
    const at = part.contains(document.activeElement) ? document.activeElement : null;
    part.replaceChildren(...(fresh ? fresh.childNodes : []));
    all("[name=numbers]").forEach((one) => { one.checked = ticked.has(one.value); });
    all("details > summary").forEach((one) => { if (open.has(name(one))) one.parentElement.open = true; });
    for (const one of all("input[type=file]")) {
      const same = files.find((old) => old.form.elements.action.value === one.form.elements.action.value);
      if (same) one.files = same.files;
    }
    const focused = at && all(at.tagName).find((one) => name(one) === name(at));
    if (focused) focused.focus();
  }
  function renewActs() {
    renew(acts, later);
    restore();
    later = null;
  }
  // whether something in the forms is typed, chosen or unfolded
  function touched() {
    return !!acts.querySelector("details[open]") || [...acts.querySelectorAll("input:not([type=hidden]), select, textarea")].some(changed);
  }
  function changed(field) {
    if (field.type === "file") return field.files.length > 0;
    if (field.tagName !== "SELECT") return field.value !== field.defaultValue;
    return field.selectedIndex !== Math.max(0, [...field.options].findIndex((one) => one.defaultSelected));
  }
  function tell(words, link) {
    if (!news) return;
    news.hidden = false;
    news.textContent = link ? "" : words;
    if (!link) return;
    const button = document.createElement("button");
    button.type = "button"; button.className = "link"; button.textContent = link;
    button.onclick = () => { news.hidden = true; renewActs(); };
    news.append(button, "（您写的、选的都还在）");
  }
  function hear(now) {
    $("unheard").hidden = now !== "";
    if (!now) return;
    if (position && position !== now) { if (document.hidden) due = true; else refresh(); }
    position = now;
  }
  document.addEventListener("visibilitychange", () => { if (!document.hidden && due) { due = false; refresh(); } });
  function listen() {
    if (!("SharedWorker" in window)) { listenAlone(); return; }
    const worker = new SharedWorker($("stream").src);
    worker.onerror = listenAlone;
    worker.port.onmessage = (event) => hear(event.data);
    window.addEventListener("pagehide", () => worker.port.postMessage("bye"), { once: true });
    window.addEventListener("pageshow", (event) => { if (event.persisted) listen(); }, { once: true });
  }
  // without a worker that the tabs share, a page holds a stream only while somebody looks at it
  function listenAlone() {
    const stream = newsStream(hear);
    const look = () => (document.hidden ? stream.close() : stream.open());
    look();
    document.addEventListener("visibilitychange", look);
  }
  if (live && "EventSource" in window) listen();

  // ---- who else is here

  const others = $("others");
  if (others) {
    const sign = async () => {
      const writing = acts && [...acts.querySelectorAll("textarea")].some(changed) ? "1" : "0";
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

  // ---- many at once

  const boxes = () => [...document.querySelectorAll("[name=numbers]")];
  function count() {
    if (!bulk) return;
    const all = boxes(), ticked = all.filter((one) => one.checked).length;
    $("ticked").textContent = ticked ? `已勾 ${ticked} 张` : "";
    $("tick-all").checked = ticked > 0 && ticked === all.length;
    $("tick-all").indeterminate = ticked > 0 && ticked < all.length;
    if (ticked) $("bulk-why").hidden = true;
  }
  if (bulk) {
    const { action, to, text } = bulk.elements;
    const ask = () => {
      to.hidden = action.value !== "assign"; to.required = !to.hidden;
      text.hidden = action.value !== "note"; text.required = !text.hidden;
    };
    $("tick").hidden = false;
    $("tick-all").addEventListener("change", (event) => { boxes().forEach((one) => { one.checked = event.target.checked; }); count(); });
    document.addEventListener("change", (event) => { if (event.target.name === "numbers") count(); });
    action.addEventListener("change", ask);
    bulk.addEventListener("submit", (event) => {
      if (boxes().some((one) => one.checked)) return;
      event.preventDefault();
      $("bulk-why").hidden = false;
    });
    ask();
    count();
  }

  // ---- keys

  const here = () => { const row = document.activeElement.closest(".rows li"); return row && row.querySelector(".case"); };
  const go = (step) => {
    const all = [...document.querySelectorAll(".case")];
    const next = all[Math.max(0, Math.min(all.length - 1, all.indexOf(here()) + step))];
    if (next) next.focus();
  };
  const tick = () => { const box = here() && here().closest("li").querySelector("[name=numbers]"); if (box) box.click(); };
  const KEYS = { j: () => go(1), k: () => go(-1), x: tick, "/": () => focus("q"), r: () => focus("a-reply"), n: () => focus("a-note"),
    u: () => { location.href = "/desk"; }, "?": () => help.showModal() };
  function focus(id) { const one = $(id); if (one) { one.scrollIntoView({ block: "center" }); one.focus(); } }
  document.addEventListener("keydown", (event) => {
    if (event.target.closest("input:not([type=checkbox]), textarea, select") || event.ctrlKey || event.metaKey || event.altKey) {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.form) event.target.form.requestSubmit();
      return;
    }
    // in a box it would send the form of all that is ticked
    if (event.key === "Enter" && event.target.name === "numbers") { event.preventDefault(); here().click(); }
    if (KEYS[event.key] && !help.open) { event.preventDefault(); KEYS[event.key](); }
  });
})();

"use strict";
// Sends what is written, again and again until the server has it; shows what comes. The server makes all markup.
(() => {
  const $ = (id) => document.getElementById(id);
  const log = $("log"), form = $("say"), text = $("text"), file = $("file"), chosen = $("chosen"), state = $("state");
  const main = document.querySelector("main");
  const csrf = form.elements.csrf.value;
  const LARGEST = 20 * 1024 * 1024, MOST = 6, QUEUE = "yxf.queue", DRAFT = "yxf.draft", BIGGER = "yxf.bigger";
  const REST = 400;  // milliseconds without a second tap
  const memory = { get: (k) => { try { return localStorage.getItem(k); } catch { return null; } },
    set: (k, v) => { try { v ? localStorage.setItem(k, v) : localStorage.removeItem(k); } catch { /* private window */ } } };
  let files = [], queue = [], sending = false, pause = 1000, online = true;

  // ids that the server uses to tell a repeated message from a new one
  const fresh = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, "0")).join("");
  const say = (words, busy) => { state.textContent = words || ""; state.classList.toggle("busy", !!busy); };
  const down = (always) => { if (always || main.scrollHeight - main.scrollTop - main.clientHeight < 240) main.scrollTop = main.scrollHeight; };

  // ---- what comes

  const order = (key) => key.split(".").map(Number);
  const before = (a, b) => { const x = order(a), y = order(b); for (let i = 0; i < 3; i++) if (x[i] !== y[i]) return x[i] < y[i]; return false; };
  function put(line) {
    if (log.querySelector(`[data-key="${line.key}"]`)) return false;
    const holder = document.createElement("template");
    holder.innerHTML = line.html;
    const item = holder.content.firstElementChild;
    if (line.id) {
      const own = log.querySelector(`.waiting[data-id="${line.id}"], .refused[data-id="${line.id}"]`);
      if (own) own.remove();
      drop(line.id);
    }
    const later = [...log.querySelectorAll("li[data-key]")].find((one) => before(line.key, one.dataset.key));
    log.insertBefore(item, later || log.querySelector(".waiting, .refused"));
    return true;
  }
  function take(lines) {
    const added = lines.filter(put);
    if (!added.length) return;
    const examples = $("examples");
    if (examples) examples.remove();
    mark();
    if (added.some((line) => !line.id)) { if (state.classList.contains("busy")) say(""); show(added.find((line) => !line.id)); } else down(true);
  }
  // a long answer is shown from its beginning, so that its first sentence is read first
  function show(line) {
    const item = log.querySelector(`[data-key="${line.key}"]`);
    const asked = item.previousElementSibling;
    const from = asked && asked.classList.contains("own") && asked.offsetHeight < main.clientHeight / 3 ? asked : item;
    const last = log.lastElementChild;
    if (last.offsetTop + last.offsetHeight - from.offsetTop > main.clientHeight) main.scrollTop = from.offsetTop - main.offsetTop - 8; else down(true);
  }
  function mark() {
    const all = [...log.querySelectorAll(".ours")];
    let day = "";
    log.querySelectorAll("li[data-day]").forEach((one) => { one.classList.toggle("day", one.dataset.day !== day); day = one.dataset.day; });
    all.forEach((one, index) => one.classList.toggle("newest", index === all.length - 1));
    const ask = log.lastElementChild && log.querySelector(".newest");
    text.inputMode = ask && ask.dataset.ask === "phone" ? "tel" : "text";
  }

  // ---- what goes out

  const store = () => memory.set(QUEUE, queue.length ? JSON.stringify(queue.filter((one) => !one.files.length).map(({ id, text, button, label }) => ({ id, text, button, label }))) : "");
  function drop(id) { queue = queue.filter((one) => one.id !== id); store(); }
  function add(one) {
    queue.push(one);
    store();
    draw(one);
    down(true);
    pump();
  }
  function draw(one) {
    const item = document.createElement("li"), bubble = document.createElement("div");
    item.className = "line own waiting";
    item.dataset.id = one.id;
    bubble.className = "bubble";
    const words = document.createElement("p");
    words.textContent = [one.label || one.text, ...one.files.map((f) => "📄 " + f.name)].filter(Boolean).join("\n");
    bubble.append(words);
    item.append(bubble);
    log.append(item);
  }
  async function pump() {
    if (sending || !queue.length) return;
    sending = true;
    const one = queue[0];
    say("正在查", true);
    const outcome = await post(one);
    sending = false;
    if (outcome === "ok") { pause = 1000; online = true; drop(one.id); if (!live.alive()) live.look(); }
    else if (outcome === "wait") { say("没网了。您的话存着，连上自动重发。"); online = false; setTimeout(pump, pause); pause = Math.min(pause * 2, 20000); return; }
    else { drop(one.id); refuse(one, outcome); }
    if (queue.length) pump();
  }
  async function post(one) {
    const body = new FormData();
    for (const [name, value] of [["csrf", csrf], ["id", one.id], ["text", one.text], ["button", one.button]]) body.append(name, value || "");
    one.files.forEach((f) => body.append("file", f, f.name));
    try {
      const answer = await fetch("/chat/say", { method: "POST", body, headers: { Accept: "application/json" }, credentials: "same-origin" });
      if (answer.ok) return "ok";
      if (answer.status >= 500 || answer.status === 429) return "wait";
      return (await answer.json()).error || "没发出去。";
    } catch { return "wait"; }
  }
  function refuse(one, why) {
    const item = log.querySelector(`.waiting[data-id="${one.id}"]`);
    say("");
    if (!item) return;
    item.className = "line own refused";
    const words = document.createElement("p"), again = document.createElement("button");
    words.className = "why"; words.textContent = why; words.setAttribute("role", "alert");
    again.className = "again"; again.textContent = "再发一次";
    again.onclick = () => { item.remove(); add({ ...one, id: fresh() }); };
    item.append(words, again);
    down(true);
  }

  // ---- the live line: a socket, or requests that wait when sockets do not get through

  const live = (() => {
    let socket = null, failures = 0, have = "", polling = false;
    const alive = () => socket && socket.readyState === WebSocket.OPEN;
    function open() {
      if (!("WebSocket" in window)) { poll(); return; }
      socket = new WebSocket(location.origin.replace(/^http/, "ws") + "/chat/live");
      socket.onopen = () => { failures = 0; back(); };
      socket.onmessage = (event) => take(JSON.parse(event.data).lines);
      socket.onclose = () => {
        failures += 1;
        if (failures >= 2) poll();
        setTimeout(open, Math.min(1000 * 2 ** failures, 60000));
      };
    }
    async function look(wait) {
      const answer = await fetch("/chat/new?have=" + encodeURIComponent(wait ? have : "-"), { headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(String(answer.status));
      const got = await answer.json();
      have = got.have;
      back();
      take(got.lines);
    }
    async function poll() {
      if (polling) return;
      polling = true;
      while (!alive()) {
        try { await look(true); } catch { lost(); await new Promise((r) => setTimeout(r, 4000)); }
      }
      polling = false;
    }
    return { open, alive, look: () => look(false).catch(() => undefined) };
  })();
  function lost() { online = false; if (!queue.length) say("没网了，正在重新连。"); }
  function back() { if (!online) { online = true; say(""); pump(); } }
  window.addEventListener("offline", () => { online = false; say("没网了。您照写照发，连上自动补发。"); });
  window.addEventListener("online", () => { back(); pause = 1000; pump(); live.look(); });

  // ---- writing

  const grow = () => { text.style.height = "auto"; text.style.height = Math.min(text.scrollHeight + 3, innerHeight * 0.38) + "px"; };
  const touch = matchMedia("(pointer: coarse)").matches;
  text.addEventListener("input", () => { grow(); memory.set(DRAFT, text.value); });
  text.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing && !touch) { event.preventDefault(); form.requestSubmit(); }
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const words = text.value.trim();
    if (!words && !files.length) { text.focus(); return; }
    add({ id: fresh(), text: words, button: "", files });
    files = []; text.value = ""; memory.set(DRAFT, ""); grow(); list();
    if (text.defaultValue) { text.defaultValue = ""; history.replaceState(null, "", "/"); } // the words of the link are used up
    text.focus();
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest('button[form="tap"]');
    if (!button) return;
    event.preventDefault();
    const tapped = button.name === "button";
    rest();
    add({ id: fresh(), text: tapped ? "" : button.value, button: tapped ? button.value : "", label: button.textContent, files: [] });
  });
  // the page moves after a tap: a second one right behind it would hit whatever came under the finger
  function rest() {
    document.body.classList.add("resting");
    setTimeout(() => document.body.classList.remove("resting"), REST);
  }
  function list() {
    chosen.replaceChildren(...files.map((one, index) => {
      const item = document.createElement("li"), off = document.createElement("button");
      item.textContent = one.name.length > 18 ? "…" + one.name.slice(-17) : one.name;
      off.type = "button"; off.textContent = "✕"; off.setAttribute("aria-label", "不发 " + one.name);
      off.onclick = () => { files.splice(index, 1); list(); };
      item.append(off);
      return item;
    }));
  }
  function choose(more) {
    for (const one of more) {
      if (one.size > LARGEST) { say(`“${one.name}”太大，一个文件最多 20 MB。`); continue; }
      if (files.length === MOST) { say(`一次最多发 ${MOST} 个文件，分几次发。`); break; }
      files.push(one);
    }
    list();
  }
  file.addEventListener("change", () => { choose(file.files); file.value = ""; text.focus(); });
  text.addEventListener("paste", (event) => { if (event.clipboardData.files.length) choose(event.clipboardData.files); });

  const bigger = $("bigger"), big = (on) => { document.documentElement.classList.toggle("bigger", on); bigger.setAttribute("aria-pressed", on); memory.set(BIGGER, on ? "1" : ""); };
  bigger.hidden = false;
  bigger.onclick = () => { big(!document.documentElement.classList.contains("bigger")); down(true); };

  // ---- beginning

  if (memory.get(BIGGER)) big(true);
  text.value = text.defaultValue || memory.get(DRAFT) || "";  // a link may bring words with it
  grow();
  try { queue = JSON.parse(memory.get(QUEUE) || "[]").map((one) => ({ ...one, files: [] })); } catch { queue = []; }
  queue.filter((one) => !log.querySelector(`[data-id="${one.id}"]`)).forEach(draw);
  mark();
  if (!$("examples")) main.scrollTop = main.scrollHeight;
  live.open();
  pump();
})();

"use strict";
// The stream that tells desk pages when something happened. Browsers allow six connections a host, so as a shared worker
// this holds one for all tabs; where there are no shared workers (Chrome on Android) a page calls newsStream itself.
const SILENCE = 15000, SOONEST = 1000, LATEST = 15000; // milliseconds

// tells the number of things that have happened, "" when the line is lost; it comes back by itself
function newsStream(tell) {
  let source = null, wait = SOONEST, timer = 0;
  const heard = () => { wait = SOONEST; clearTimeout(timer); timer = setTimeout(again, SILENCE); };
  function open() {
    close();
    source = new EventSource("/desk/live");
    source.addEventListener("changed", (event) => { heard(); tell(event.data); });
    source.addEventListener("here", heard);
    source.addEventListener("error", again);
    timer = setTimeout(again, SILENCE);
  }
  function again() {
    close();
    tell("");
    timer = setTimeout(open, wait);
    wait = Math.min(wait * 2, LATEST);
  }
  function close() { clearTimeout(timer); if (source) source.close(); source = null; }
  return { open, close };
}

if ("SharedWorkerGlobalScope" in self) {
  const pages = new Set();
  let last; // nothing heard yet
  self.onconnect = ({ ports: [page] }) => {
    pages.add(page);
    page.onmessage = () => pages.delete(page); // it says goodbye
    if (last !== undefined) page.postMessage(last);
  };
  newsStream((position) => { last = position; pages.forEach((page) => page.postMessage(position)); }).open();
}

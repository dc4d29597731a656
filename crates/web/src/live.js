// Updates the page with the parts that the server sends. Without this script, the page reloads itself.
const main = document.querySelector("main");
let lost = null;

function replacePart(id, html) {
  const part = document.getElementById(id);
  if (!part) return;
  const fresh = part.cloneNode(false);
  fresh.innerHTML = html;
  // Keeps an unchanged part, so that nothing is announced twice and selected text stays selected.
  if (fresh.isEqualNode(part)) return;
  const open = [...part.querySelectorAll("details")].map((details) => details.open);
  part.replaceChildren(...fresh.childNodes);
  part.querySelectorAll("details").forEach((details, nth) => (details.open = open[nth]));
}

function showLost() {
  if (lost) return;
  lost = document.createElement("p");
  lost.id = "lost";
  lost.setAttribute("role", "alert");
  main.prepend(lost);
  lost.textContent = main.dataset.lost;
}

function hideLost() {
  main.dataset.live = "";
  if (lost) lost.remove();
  lost = null;
}

function connect() {
  const source = new EventSource("events");
  source.onopen = hideLost;
  source.onmessage = (event) => {
    for (const [id, html] of Object.entries(JSON.parse(event.data))) replacePart(id, html);
    document.title = document.querySelector("h1").textContent;
  };
  source.onerror = () => {
    showLost();
    // The browser reconnects by itself after a lost connection, but not after an HTTP error, such as a proxy's.
    if (source.readyState === EventSource.CLOSED) setTimeout(connect, 5000);
  };
}

connect();

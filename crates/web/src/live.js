// Puts what the server sends into its place; without it the page loads itself anew now and then.
const main = document.querySelector("main");
let lost = null;

function put(id, html) {
  const place = document.getElementById(id);
  if (!place) return;
  const fresh = place.cloneNode(false);
  fresh.innerHTML = html;
  // What is the same stays, so that nothing is read aloud twice and no text that is being selected is lost.
  if (fresh.isEqualNode(place)) return;
  const open = [...place.querySelectorAll("details")].map((details) => details.open);
  place.replaceChildren(...fresh.childNodes);
  place.querySelectorAll("details").forEach((details, nth) => (details.open = open[nth]));
}

function sayLost() {
  if (lost) return;
  lost = document.createElement("p");
  lost.id = "lost";
  lost.setAttribute("role", "alert");
  main.prepend(lost);
  lost.textContent = main.dataset.lost;
}

function unsayLost() {
  main.dataset.live = "";
  if (lost) lost.remove();
  lost = null;
}

function connect() {
  const source = new EventSource("events");
  source.onopen = unsayLost;
  source.onmessage = (event) => {
    for (const [id, html] of Object.entries(JSON.parse(event.data))) put(id, html);
    document.title = document.querySelector("h1").textContent;
  };
  source.onerror = () => {
    sayLost();
    // A broken line is mended by the browser; after a refusal, as a proxy's, it gives up.
    if (source.readyState === EventSource.CLOSED) setTimeout(connect, 5000);
  };
}

connect();

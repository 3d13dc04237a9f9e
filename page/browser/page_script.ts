/**
 * In the browser: keeps a view as the cluster is, and makes copying and the map handy. Without it everything is there, as of the
 * moment when the page was asked for.
 *
 * @module
 */
import { morphChildren } from "./morph.ts";

followEvents();
document.addEventListener("click", (event) => {
  if (!(event.target instanceof Element)) return;
  openCell(event.target);
});
addCopyButtons();
new MutationObserver(addCopyButtons).observe(document.body, { childList: true, subtree: true });

/** Shows what the server sends, and whether it does. */
function followEvents(): void {
  const live = document.querySelector<HTMLElement>("#live");
  const url = live?.dataset.events;
  if (live === null || url === undefined) return;
  const parser = new DOMParser();
  let events: EventSource | undefined;
  const open = () => {
    events = new EventSource(url);
    events.addEventListener("open", () => say("Live", true));
    events.addEventListener("error", () => say("Not live: asking again", false));
    events.addEventListener("view", ({ data }) => {
      morphChildren(live, parser.parseFromString(data, "text/html").body);
    });
    events.addEventListener("full", () => {
      events?.close();
      say("Not live: too many pages are open", false);
    });
  };
  const follow = () => {
    if (document.hidden) {
      events?.close();
      events = undefined;
    } else if (events === undefined) open();
  };
  document.addEventListener("visibilitychange", follow);
  addEventListener("pagehide", () => events?.close());
  addEventListener("pageshow", ({ persisted }) => {
    if (persisted) open();
  });
  follow();
}

function say(text: string, live: boolean): void {
  const place = document.querySelector("#link");
  if (place === null || place.textContent === text) return;
  place.textContent = text;
  place.classList.toggle("live", live);
}

/** A cell of the map leads to who has its address. */
function openCell(target: Element): void {
  if (target.closest(".map") === null || !target.matches(".cell")) return;
  const [address = ""] = target.getAttribute("title")?.split(" ") ?? [];
  if (address !== "") location.assign(`why?of=${encodeURIComponent(address)}`);
}

function addCopyButtons(): void {
  // Only where pages may write to the clipboard: by HTTPS, or from this machine.
  if (!isSecureContext) return;
  for (const figure of document.querySelectorAll("figure.copy:not(:has(button))")) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "Copy";
    button.addEventListener("click", () => {
      void navigator.clipboard.writeText(figure.querySelector("pre")?.textContent ?? "")
        .then(() => button.textContent = "Copied", () => button.textContent = "Cannot copy");
    });
    figure.querySelector("figcaption")?.append(button);
  }
}

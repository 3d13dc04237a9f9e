/**
 * The frame around every view.
 *
 * @module
 */
import { type Html, html } from "./markup.ts";

/** One view. */
export interface View {
  /** What the browser shows as title. */
  readonly title: string;
  /** Which entry of the head is the current one. */
  readonly section?: "overview" | "what-if" | "search";
  /** What stands in the search field. */
  readonly search?: string;
  /** What changes with the cluster. */
  readonly live: Html;
  /** What stands below it, and is left alone while it changes: forms. */
  readonly still?: Html;
  /** Scripts besides the one of the frame. */
  readonly scripts?: readonly string[];
  /** HTTP status. Unset: 200. */
  readonly status?: 200 | 400 | 404;
}

/** What all pages say of the program. */
interface LayoutOptions {
  readonly version: string;
  /** Where the events of this view come from, relative; unset: it does not change. */
  readonly events: string | undefined;
}

/** A whole page. Every address in it is relative, and all views lie at the same depth. */
export function page(view: View, { version, events }: LayoutOptions): Html {
  const current = (section: View["section"]) =>
    view.section === section
      ? html`
        aria-current="page"
      `
      : "";
  return html`
    <!doctype html>
    <html lang="en">
      <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>${view.title} - vm-dhcp</title>
    <link rel="icon" href="assets/icon.svg" type="image/svg+xml">
    <link rel="stylesheet" href="assets/page.css">
    <script src="assets/page.js" type="module"></script>
    ${(view.scripts ?? []).map((name) =>
      html`<script src="assets/${name}" type="module"></script>`
    )}
      </head>
      <body>
        <a class="skip" href="#main">Skip to the content</a>
        <header class="head">
          <a class="brand"
            href="./"><svg viewBox="0 0 16 16" aria-hidden="true" focusable="false"><rect x="1" y="1" width="6" height="6" rx="1.5"></rect><rect x="9" y="1" width="6" height="6" rx="1.5" class="soft"></rect><rect x="1" y="9" width="6" height="6" rx="1.5" class="soft"></rect><rect x="9" y="9" width="6" height="6" rx="1.5"></rect></svg>vm-dhcp</a>
          <nav
            aria-label="Views"><a href="./"${current(
              "overview",
            )}>Overview</a><a href="what-if"${current("what-if")}>What if</a></nav>
          <form class="search" role="search" action="why"
            method="get"><label class="hidden" for="of">VM, MAC address or IP address</label><input id="of" name="of" type="search" required maxlength="320" autocomplete="off" spellcheck="false" placeholder="VM, MAC or IP address" value="${view
              .search ?? ""}"><button type="submit">Why?</button></form>
        </header>
        <main id="main" tabindex="-1">
    <div id="live"${events === undefined ? "" : html`
      data-events="${events}"
    `}>${view.live}</div>
    ${view.still}
        </main>
        <footer
          class="foot"><span>vm-dhcp ${version}</span><span id="link" role="status">Read-only</span></footer>
      </body>
    </html>
  `;
}

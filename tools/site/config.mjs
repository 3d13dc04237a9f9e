import { readFileSync } from "node:fs";
import process from "node:process";

/** What `tools/site/assemble.ts` writes beside this file. */
const data = JSON.parse(readFileSync(new URL("./site_data.json", import.meta.url), "utf8"));

/** Names of headings as the repository's own viewer makes them, so that a link holds in both. */
const slugify = (text) =>
  text.trim().toLowerCase().replace(/[^\p{L}\p{N}\s_-]/gu, "").replace(/\s/g, "-");

/** Nothing is asked of another host, and the browser sees to it. */
const POLICY =
  "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; base-uri 'none'; form-action 'none'";

export default {
  title: data.title,
  description: "DHCP for virtual machines on Kubernetes",
  lang: "en",
  base: process.env.SITE_BASE ?? "/",
  head: [["meta", { "http-equiv": "Content-Security-Policy", content: POLICY }]],
  markdown: {
    anchor: { slugify },
    theme: { light: "github-light", dark: "github-dark" },
    // Braces in code are code, and no template of the site's.
    config: ({ renderer, utils }) => {
      renderer.rules.code_inline = ([...tokens], index, _options, _env, self) =>
        `<code v-pre${self.renderAttrs(tokens[index])}>${
          utils.escapeHtml(tokens[index].content)
        }</code>`;
    },
  },
  // `tools/site/built_site.ts` looks at every link, also those to files that are no pages.
  ignoreDeadLinks: true,
  themeConfig: {
    nav: data.nav,
    sidebar: data.sidebar,
    outline: [2, 3],
    search: { provider: "local" },
    externalLinkIcon: true,
  },
};

import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import { linkOf, sidebarOf } from "./navigation.ts";
import { sitePage, titleOf } from "./page.ts";

const AROUND = {
  pages: new Set(["README.md", "docs/install.md", "docs/how-to/pxe.md", "SECURITY.md"]),
  kindOf: (path: string) =>
    path === "examples"
      ? "folder" as const
      : /^(examples\/a\.yaml|deploy\/tool)$/.test(path)
      ? "file" as const
      : undefined,
};

Deno.test("a page's links lead to pages, to files that the site has, and to lists of folders", () => {
  const { text, files, folders } = sitePage(
    "docs/how-to/pxe.md",
    "[a](../install.md#helm) [b](../../README.md) [c](../../examples/a.yaml) [d](../../deploy/tool)\n" +
      "[e](../../examples) [f](#here) [g](https://example.com/x.md) `[h](gone.md)`\n\n```md\n[i](gone.md)\n```\n",
    AROUND,
  );
  strictEqual(
    text,
    "[a](../../docs/install.md#helm) [b](../../index.md) [c](../../examples/a.yaml) [d](../../deploy/tool.txt)\n" +
      "[e](../../examples/index.md) [f](#here) [g](https://example.com/x.md) `[h](gone.md)`\n\n```md\n[i](gone.md)\n```\n",
  );
  deepStrictEqual([files, folders], [["examples/a.yaml", "deploy/tool"], ["examples"]]);
});

Deno.test("a link to what is not there is named with its page, before a reader meets it", () => {
  throws(() => sitePage("docs/install.md", "[x](gone.md)", AROUND), {
    message: "Cannot find what docs/install.md links to: gone.md",
  });
});

Deno.test("a picture for light and dark becomes two, of which the site's own switch shows one", () => {
  const { text } = sitePage(
    "README.md",
    '<picture>\n  <source media="(prefers-color-scheme: dark)" srcset="./a-dark.svg">\n  <img alt="A" src="./a-light.svg">\n</picture>',
    AROUND,
  );
  strictEqual(
    text,
    '<img class="only-light" alt="A" src="./a-light.svg"><img class="only-dark" alt="A" src="./a-dark.svg">',
  );
});

Deno.test("each page stands once in the sidebar, a new one too, and the README is the first page", () => {
  const pages = ["README.md", "docs/install.md", "docs/how-to/new.md", "docs/unheard.md"];
  const groups = sidebarOf(pages.map((page) => ({ page, title: page })));
  deepStrictEqual(groups.map(({ text, items }) => [text, items.map(({ link }) => link)]), [
    ["Start", ["/", "/docs/install"]],
    ["How to", ["/docs/how-to/new"]],
    ["More", ["/docs/unheard"]],
  ]);
  strictEqual(linkOf("deploy/helm/vm-dhcp/README.md"), "/deploy/helm/vm-dhcp/");
  strictEqual(titleOf("x\n# The `big` one\n", "a.md"), "The big one");
});

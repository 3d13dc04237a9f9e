/**
 * The blocks of code in the documentation.
 *
 * @module
 */
import { filesBelow } from "../../tools/gate/files.ts";

/** The checkout. */
export const ROOT = new URL("../../", import.meta.url).pathname.replace(/\/$/, "");

/** One fenced block. */
export interface Block {
  readonly page: string;
  /** The nearest `##` heading above it; empty above the first one. */
  readonly heading: string;
  /** Such as `sh`. */
  readonly language: string;
  readonly text: string;
  /** The line of its fence, from 1. */
  readonly line: number;
  /** Why no test runs it: what `<!-- not run by a test: ... -->` right above it says. */
  readonly whyNot?: string;
  /** What a block `console` right below it shows. */
  readonly shown?: string;
}

const FENCE = /^( *)```(\w*)\n([\s\S]*?)^ *```$/gm;
const MARK = /<!-- not run by a test: ([\s\S]*?) -->\s*$/;

/** The blocks of a page. */
export function blocksIn(page: string, text: string): readonly Block[] {
  const found = [...text.matchAll(FENCE)].map((match) => {
    const [whole, indent = "", language = "", body = ""] = match;
    const above = text.slice(0, match.index);
    const headings = [...above.matchAll(/^## (.+)$/gm)];
    const whyNot = MARK.exec(above)?.[1];
    return {
      end: match.index + whole.length,
      start: match.index,
      block: {
        page,
        heading: headings.at(-1)?.[1] ?? "",
        language,
        text: body.replaceAll(new RegExp(`^${indent}`, "gm"), ""),
        line: above.split("\n").length,
        ...(whyNot === undefined ? {} : { whyNot: whyNot.replaceAll(/\s+/g, " ") }),
      },
    };
  });
  return found.map(({ block, end }, index) => {
    const next = found[index + 1];
    const isShown = next?.block.language === "console" &&
      text.slice(end, next.start).trim() === "";
    return isShown ? { ...block, shown: next.block.text } : block;
  });
}

/** Every page of the repository that people read, and its blocks. */
export async function blocksOfPages(): Promise<readonly Block[]> {
  const pages = (await filesBelow(ROOT, ".md")).filter((page) => !page.startsWith("tests/"));
  const blocks = await Promise.all(
    pages.map(async (page) => blocksIn(page, await Deno.readTextFile(`${ROOT}/${page}`))),
  );
  return blocks.flat();
}

/** Where a block is, as an editor takes it. */
export function placeOf({ page, line }: Block): string {
  return `${page}:${line}`;
}

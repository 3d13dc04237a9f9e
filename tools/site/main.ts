/**
 * Builds the site of the documentation: `deno task docs`.
 *
 * @module
 */
import { valueOr } from "../../runtime/settings.ts";
import { taskFlags } from "../task_flags.ts";
import { buildSite } from "./build.ts";

const ROOT = new URL("../../", import.meta.url).pathname.replace(/\/$/, "");

const { values: { output, base } } = taskFlags({
  usage: "deno task docs",
  about:
    "Builds the site of the documentation from the pages of the repository. It is static, and loads nothing from another host.",
  settings: {
    output: valueOr(".cache/site", {
      placeholder: "FOLDER",
      help: "Where it is written; an earlier site in it is replaced",
      parse: (text) => text.replace(/\/+$/, ""),
    }),
    base: valueOr("/", {
      placeholder: "/PATH/",
      help: "The path below which it will be served",
      parse: parseBase,
    }),
  },
}, { args: Deno.args });
await buildSite(ROOT, { output, base });
await new Response(`The site is in ${output}\n`).body?.pipeTo(Deno.stdout.writable);

function parseBase(text: string): string {
  if (/^\/([\w.-]+\/)*$/.test(text)) return text;
  throw new Error("it must begin and end with a slash, such as /vm-dhcp/");
}

/**
 * What `deno task render` can be told.
 *
 * @module
 */
import { nonEmpty, toggle, value } from "../../runtime/settings.ts";
import { taskFlags } from "../../tools/task_flags.ts";

const SETTINGS = {
  "check": toggle({ help: "Compare the files, and write none" }),
  "chart-repository": value({
    help: "Print Harvester's Addon for the chart in this repository, and write no file",
    placeholder: "URL",
    parse: repository,
  }),
  "chart-version": value({
    help: "With --chart-repository: version of the chart; without it, this checkout's",
    placeholder: "VERSION",
    parse: nonEmpty,
  }),
  "image": value({
    help: "With --chart-repository: full reference of the image; without it, the chart's",
    placeholder: "IMAGE",
    parse: nonEmpty,
  }),
} as const;

const PROGRAM = {
  usage: "deno task render",
  about: "Writes the generated files below deploy/, or prints Harvester's Addon.",
  settings: SETTINGS,
};

/** Reads them. Where they cannot be used, or help is asked for, the process says so and ends. */
export function readRenderFlags(
  args: readonly string[],
): ReturnType<typeof taskFlags<typeof SETTINGS>>["values"] {
  return taskFlags(PROGRAM, { args }).values;
}

function repository(text: string): string {
  const url = URL.parse(text);
  if (url?.protocol === "https:" || url?.protocol === "http:") return text;
  throw new TypeError(
    "The address of a chart repository is wanted, such as https://charts.example.com",
  );
}

/**
 * The pages of the reference that are made from the code: kinds and programs.
 *
 * @module
 */
import { customResourceDefinitions } from "../../core/api/mod.ts";
import type { OpenApiSchema } from "../../core/api/crd/open_api_schema.ts";

/** Tasks that are for who works on vm-dhcp, by where their programs lie. */
const FOR_DEVELOPERS = /\s(tools|tests|deploy\/render|standalone\/demo)(\/|\.ts|$)/;

/** Every field of every kind, from the schemas of the CRDs. */
export function kindsPage(): string {
  const sections = customResourceDefinitions().map(({ spec }) => {
    const { kind, plural, shortNames = [] } = spec.names;
    const [version] = spec.versions;
    const schema = version?.schema.openAPIV3Schema;
    const rows = [...rowsOf(schema, "")].filter(([name = ""]) =>
      !/>(apiVersion|kind|metadata)</.test(name)
    );
    return `## ${kind}\n\n\`${spec.group}/${version?.name}\`, \`kubectl get ${plural}${
      shortNames.map((name) => ` | ${name}`).join("")
    }\`. ${schema?.description ?? ""}\n\n${table(["field", "type", "what it is"], rows)}`;
  });
  return `# Kinds\n\nEvery field, as \`kubectl explain\` says it. Made from the schemas of the CRDs; [options.md](../options.md) tells more of what clients are told.\n\n${
    sections.join("\n")
  }`;
}

function* rowsOf(schema: OpenApiSchema | undefined, path: string): Generator<readonly string[]> {
  for (const [name, field] of Object.entries(schema?.properties ?? {})) {
    const here = path === "" ? name : `${path}.${name}`;
    const isNeeded = schema?.required?.includes(name) === true;
    // A long path may go on in the next line behind a dot.
    const shown = `<code>${here.replaceAll(".", ".<wbr>")}</code>`;
    yield [shown, typeOf(field) + (isNeeded ? ", needed" : ""), field.description ?? ""];
    yield* rowsOf(field, here);
    yield* rowsOf(field.items, `${here}[]`);
    yield* rowsOf(field.additionalProperties, `${here}.*`);
  }
}

function typeOf(schema: OpenApiSchema): string {
  const { type, format, items, additionalProperties } = schema;
  if (schema["x-kubernetes-int-or-string"] === true) return "integer or text";
  if (schema.enum !== undefined) return schema.enum.map((one) => `\`${one}\``).join(", ");
  if (items !== undefined) return `list of ${typeOf(items)}`;
  if (additionalProperties !== undefined) return `map of ${typeOf(additionalProperties)}`;
  return `${type === "string" ? "text" : type ?? "any"}${
    format === undefined ? "" : ` (${format})`
  }`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|").replaceAll("\n", " ")).join(" | ")} |\n`;
  return line(head) + line(head.map(() => "---")) +
    rows.map(([first = "", ...others]) => line([first, ...escaped(others)])).join("");
}

/** What is no code is text, whatever it looks like. */
function escaped(cells: readonly string[]): readonly string[] {
  return cells.map((cell) =>
    cell.split(/(`[^`]*`)/).map((part, index) =>
      index % 2 === 1 ? part : part.replaceAll("<", "&lt;").replaceAll("{{", "&#123;&#123;")
    ).join("")
  );
}

/** The help of every program, as it prints it. */
export async function programsPage(root: string): Promise<string> {
  const { tasks } = JSON.parse(await Deno.readTextFile(`${root}/deno.json`));
  const names = Object.keys(tasks).filter((name) => !FOR_DEVELOPERS.test(tasks[name].command));
  const sections = names.map(async (name) =>
    `## ${name}\n\n\`\`\`text\n${await helpOf(root, name)}\`\`\`\n`
  );
  return `# Flags and environment\n\nWhat \`--help\` of every program prints. A flag wins over the environment.\n\n${
    (await Promise.all(sections)).join("\n")
  }`;
}

async function helpOf(root: string, task: string): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "--quiet", task, "--help"],
    cwd: root,
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  const text = new TextDecoder();
  if (!success) throw new Error(`Run deno task ${task} --help: ${text.decode(stderr)}`);
  return text.decode(stdout);
}

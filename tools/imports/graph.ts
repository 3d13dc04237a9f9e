/**
 * The imports of the repository's files, as Deno's own parser sees them: comments, strings and regular expressions do
 * not mislead it, and type imports and dynamic imports count.
 *
 * @module
 */

/** One import. */
export interface Import {
  /** Path of the importing file, relative to the root. */
  readonly from: string;
  /** As written. */
  readonly specifier: string;
  /** Path of the imported file, relative to the root; `undefined` for packages and what does not resolve. */
  readonly to: string | undefined;
  /** Line in the importing file, from 1. */
  readonly line: number;
}

interface GraphInfo {
  readonly modules: readonly {
    readonly specifier: string;
    readonly error?: string;
    readonly dependencies?: readonly Dependency[];
  }[];
}

interface Dependency {
  readonly specifier: string;
  readonly code?: Target;
  readonly type?: Target;
}

interface Target {
  readonly specifier?: string;
  readonly span: { readonly start: { readonly line: number } };
}

/**
 * All imports of `files` (paths relative to `root`).
 *
 * @throws {Error} where a file cannot be parsed, or Deno cannot make the graph.
 */
export async function importsOf(
  root: string,
  files: readonly string[],
): Promise<readonly Import[]> {
  const base = new URL(`file://${await Deno.realPath(root)}/`);
  const entry = await Deno.makeTempFile({ prefix: "vm-dhcp-imports-", suffix: ".ts" });
  try {
    const urls = files.map((file) => new URL(file, base).href);
    await Deno.writeTextFile(entry, urls.map((url) => `import ${JSON.stringify(url)};\n`).join(""));
    const info = await graphOf(entry, base);
    const wanted = new Set(urls);
    return info.modules.filter((module) => wanted.has(module.specifier)).flatMap((module) => {
      const from = relative(base, module.specifier) ?? module.specifier;
      if (module.error !== undefined) {
        throw new Error(`Cannot read imports: ${from}: ${module.error}`);
      }
      return (module.dependencies ?? []).map(({ specifier, code, type }): Import => ({
        from,
        specifier,
        to: relative(base, (code ?? type)?.specifier),
        line: ((code ?? type)?.span.start.line ?? 0) + 1,
      }));
    });
  } finally {
    await Deno.remove(entry);
  }
}

async function graphOf(entry: string, base: URL): Promise<GraphInfo> {
  const config = new URL("deno.json", base);
  const output = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", "--no-remote", "--config", config.pathname, entry],
    env: { NO_COLOR: "1" },
    stdout: "piped",
    stderr: "piped",
  }).output();
  if (!output.success) {
    throw new Error(`Cannot read the module graph: ${new TextDecoder().decode(output.stderr)}`);
  }
  return JSON.parse(new TextDecoder().decode(output.stdout));
}

function relative(base: URL, specifier: string | undefined): string | undefined {
  return specifier?.startsWith(base.href)
    ? decodeURI(specifier.slice(base.href.length))
    : undefined;
}

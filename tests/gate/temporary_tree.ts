/** Writes a tree of files, runs something on it, and removes it. */
export async function inTree<T>(
  files: Readonly<Record<string, string>>,
  run: (root: string) => Promise<T>,
): Promise<T> {
  const root = await Deno.makeTempDir({ prefix: "vm-dhcp-tree-" });
  try {
    for (const [path, text] of Object.entries(files)) {
      const folder = path.slice(0, Math.max(0, path.lastIndexOf("/")));
      await Deno.mkdir(`${root}/${folder}`, { recursive: true });
      await Deno.writeTextFile(`${root}/${path}`, text);
    }
    return await run(root);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

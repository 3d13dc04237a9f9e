/**
 * The folder that the server watches.
 *
 * @module
 */

/** Puts the demo's manifests into the folder, edits and removes them. */
export class ManifestFolder {
  readonly directory: string;

  constructor(directory: string) {
    this.directory = directory;
    Deno.mkdirSync(directory, { recursive: true });
  }

  /** Copies a manifest of the demo, whole: a reader never sees half of it. */
  put(name: string, as: string = name): void {
    const text = Deno.readTextFileSync(new URL(`./manifests/${name}`, import.meta.url));
    this.#write(as, text);
  }

  /** Replaces a text in a manifest. Throws where the text is not there exactly once. */
  edit(name: string, { from, to }: { readonly from: string; readonly to: string }): void {
    const text = Deno.readTextFileSync(`${this.directory}/${name}`);
    if (text.split(from).length !== 2) {
      throw new Error(`Cannot edit ${name}: not there once: ${from}`);
    }
    this.#write(name, text.replace(from, to));
  }

  /** Removes a manifest. */
  remove(name: string): void {
    Deno.removeSync(`${this.directory}/${name}`);
  }

  #write(name: string, text: string): void {
    Deno.writeTextFileSync(`${this.directory}/.${name}.new`, text);
    Deno.renameSync(`${this.directory}/.${name}.new`, `${this.directory}/${name}`);
  }
}

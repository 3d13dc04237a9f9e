/**
 * Puts the objects of all files together.
 *
 * @module
 */
import type { Manifest, ManifestProblem, Manifests } from "./types.ts";

/**
 * One list of all objects. Of an object that stands in several places the first counts, and each further one is a
 * problem that names both.
 */
export function mergeManifests(parts: readonly Manifests[]): Manifests {
  const manifests = new Map<string, Manifest>();
  const problems: ManifestProblem[] = parts.flatMap((part) => part.problems);
  for (const manifest of parts.flatMap((part) => part.manifests)) {
    const first = manifests.get(manifest.id);
    if (first === undefined) manifests.set(manifest.id, manifest);
    else {
      const { file, line } = first.place;
      problems.push({
        ...manifest.place,
        message: `Cannot have an object twice: ${manifest.id} stands at ${file}:${line} already`,
      });
    }
  }
  return { manifests: [...manifests.values()], problems };
}

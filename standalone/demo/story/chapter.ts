/**
 * One chapter of the story.
 *
 * @module
 */
import type { Scene } from "../scene.ts";

/** A chapter: what it shows, in one line, and how it goes. Throws where something is not as it should be. */
export interface Chapter {
  readonly title: string;
  play(scene: Scene): Promise<void>;
}

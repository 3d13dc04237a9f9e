/**
 * The image of the process that holds a pod's namespaces.
 *
 * @module
 */
import { writeOciArchive } from "../../deploy/image/oci_archive.ts";
import { OWN_PLATFORM } from "../../deploy/image/platform.ts";
import { mustRun } from "../real/command.ts";

const PROGRAM = `#include <signal.h>
#include <unistd.h>
int main(void) {
  signal(SIGTERM, _exit);
  signal(SIGINT, _exit);
  for (;;) pause();
}
`;

/** Builds `localhost/pause:1` as an OCI archive. Needs a C compiler. */
export async function buildPauseImage(output: string): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "vm-dhcp-pause-" });
  try {
    await Deno.mkdir(`${folder}/image`);
    await Deno.writeTextFile(`${folder}/pause.c`, PROGRAM);
    await mustRun("cc", [
      "-static",
      "-Os",
      "-s",
      "-o",
      `${folder}/image/pause`,
      `${folder}/pause.c`,
    ]);
    await writeOciArchive({
      images: [{
        architecture: OWN_PLATFORM,
        layers: [{ folder: `${folder}/image`, comment: "pause" }],
      }],
      created: new Date(0),
      loaded: OWN_PLATFORM,
      config: { entrypoint: ["/pause"], env: [], workingDir: "/", user: "65535:65535", labels: {} },
      tag: "localhost/pause:1",
      output,
      workFolder: folder,
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/**
 * The image of the process that holds a pod's namespaces.
 *
 * @module
 */
import { writeOciArchive } from "../../deploy/image/oci_archive.ts";
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
      layers: [{ folder: `${folder}/image`, comment: "pause" }],
      config: { entrypoint: ["/pause"], env: [], workingDir: "/", user: "65535:65535", labels: {} },
      tag: "localhost/pause:1",
      architecture: Deno.build.arch === "aarch64" ? "arm64" : "amd64",
      output,
      workFolder: folder,
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

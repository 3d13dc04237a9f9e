import { deepStrictEqual, strictEqual } from "node:assert/strict";
import denoJson from "../../deno.json" with { type: "json" };
import { IMAGE_CONFIG } from "./build_image.ts";
import { PROGRAM } from "./program_folder.ts";
import { stampLabels } from "./stamp.ts";

const ROOT = new URL("../../", import.meta.url).pathname;

/** The instructions of the Dockerfile's last stage: name -> arguments. */
async function lastStage(): Promise<ReadonlyMap<string, readonly string[]>> {
  const [, stage = ""] = (await Deno.readTextFile(`${ROOT}Dockerfile`)).split("FROM scratch\n");
  const found = new Map<string, string[]>();
  for (const line of stage.split("\n")) {
    const [, name = "", rest = ""] = /^([A-Z]+) (.*)$/.exec(line) ?? [];
    if (name !== "") found.set(name, [...found.get(name) ?? [], rest]);
  }
  return found;
}

Deno.test("the Dockerfile starts containers as the image that is built without an engine does", async () => {
  const stage = await lastStage();
  const { "org.opencontainers.image.created": _, ...stamp } = stampLabels({
    version: denoJson.version,
    revision: "${REVISION}",
    created: new Date(0),
    url: "",
  });
  const labels = Object.entries({ ...IMAGE_CONFIG.labels, ...stamp });
  deepStrictEqual(
    Object.fromEntries(stage.entries().filter(([name]) => name !== "COPY" && name !== "ARG")),
    {
      LABEL: labels.map(([name, value]) => `${name}=${value}`),
      ENV: IMAGE_CONFIG.env,
      WORKDIR: [IMAGE_CONFIG.workingDir],
      USER: [IMAGE_CONFIG.user],
      ENTRYPOINT: [JSON.stringify(IMAGE_CONFIG.entrypoint)],
    },
  );
});

Deno.test("the Dockerfile builds with the Deno that everything runs with", async () => {
  const text = await Deno.readTextFile(`${ROOT}Dockerfile`);
  strictEqual(/^ARG DENO_VERSION=(.*)$/m.exec(text)?.[1], Deno.version.deno);
});

Deno.test(".dockerignore lets in what the image is made of, and what makes it", async () => {
  const lines = (await Deno.readTextFile(`${ROOT}.dockerignore`)).trim().split("\n");
  const [everything, ...wanted] = lines.filter((line) => !line.startsWith("#"));
  strictEqual(everything, "*");
  deepStrictEqual(wanted, [...PROGRAM, "deploy/image"].map((path) => `!${path}`));
});

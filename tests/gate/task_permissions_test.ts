import { deepStrictEqual } from "node:assert/strict";
import { ENVIRONMENT as AGENT } from "../../agent/settings.ts";
import { ENVIRONMENT as CONTROLLER } from "../../controller/settings.ts";
import { ENVIRONMENT as DEPLOY } from "../../deploy/flags.ts";
import { ENVIRONMENT as INSPECT } from "../../inspect/settings.ts";
import { ENVIRONMENT as WEBHOOK } from "../../webhook/settings.ts";

/** What the YAML library asks for when it reads a kubeconfig. */
const YAML = ["LOG_TOKENS", "LOG_STREAM"];
const PROGRAMS = {
  agent: AGENT,
  controller: CONTROLLER,
  deploy: DEPLOY,
  vmdhcp: INSPECT,
  webhook: WEBHOOK,
};

for (const [task, environment] of Object.entries(PROGRAMS)) {
  Deno.test(`the task ${task} may read the variables that its program reads, and no others`, async () => {
    const { tasks } = JSON.parse(
      await Deno.readTextFile(new URL("../../deno.json", import.meta.url)),
    );
    const flags = String(tasks[task].command).split(" ").filter((flag) =>
      flag.startsWith("--allow-env")
    );
    deepStrictEqual(flags, [`--allow-env=${[...environment, ...YAML].join()}`]);
  });
}

for (const task of ["agent", "controller", "webhook"]) {
  Deno.test(`the task ${task} has the heap that its container has, so that a bench of it measures what is deployed`, async () => {
    const read = (path: string) => Deno.readTextFile(new URL(`../../${path}`, import.meta.url));
    const heap = (text: string) => /--v8-flags=\S+/.exec(text)?.[0];
    const { tasks } = JSON.parse(await read("deno.json"));
    deepStrictEqual(heap(await read(`deploy/kustomize/${task}.yaml`)), heap(tasks[task].command));
  });
}

/**
 * The steps of the gate that see to what the tests below `tests/` need. Nothing is skipped where something is missing:
 * it is installed or built, or the step fails and says how.
 *
 * @module
 */
import { errorText } from "../../core/error_text.ts";
import { installPrograms } from "../install.ts";
import { EXTERNAL_PROGRAMS } from "../install/packages.ts";
import { print } from "./command.ts";
import { checked, type Step } from "./step.ts";

/** Root, the programs of Debian, and a kube-apiserver. */
export function prerequisiteSteps(): readonly Step[] {
  const say = (line: string): void => print(`${line}\n`);
  return [
    prerequisite("root", () => {
      if (Deno.uid() !== 0) throw new Error("Cannot make network namespaces: run this as root");
    }),
    prerequisite("programs", async () => {
      await installPrograms(EXTERNAL_PROGRAMS.filter((one) => one.for === "test"), say);
    }),
    prerequisite("kube-apiserver", async () => {
      const { findPrograms } = await import("../../tests/real/mod.ts");
      await findPrograms(say);
    }),
  ];
}

function prerequisite(name: string, run: () => Promise<void> | void): Step {
  return {
    name: `prerequisite: ${name}`,
    beside: "first",
    run: async () => {
      try {
        await run();
        return checked([]);
      } catch (error) {
        return checked([errorText(error)]);
      }
    },
  };
}

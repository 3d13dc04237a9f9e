/**
 * Processes of vm-dhcp that end, freeze, stutter, or are replaced.
 *
 * @module
 */
import { type Fault, leading, programsOf, signal } from "./fault.ts";

/** A stutter: stopped for so long, then running for so long. */
const STOPPED_MS = 700;
const RUNNING_MS = 300;
const SPINNERS = 4;

/** They need no more than processes. */
export const PROCESS_FAULTS: readonly Fault[] = [
  {
    name: "agent-killed",
    about: "the agent that answers: SIGKILL",
    seconds: 0,
    begin: async (scene) => signal([await leading(scene, "agent")], "SIGKILL"),
  },
  {
    name: "agent-frozen",
    about: "the agent that answers: SIGSTOP, then SIGCONT",
    seconds: 20,
    begin: async (scene) => {
      const frozen = [await leading(scene, "agent")];
      signal(frozen, "SIGSTOP");
      return { end: () => Promise.resolve(signal(frozen, "SIGCONT")) };
    },
  },
  {
    name: "agent-stutters",
    about: "the agent that answers: stopped for 0.7 s of every second",
    seconds: 10,
    begin: async (scene) => {
      const stuttering = [await leading(scene, "agent")];
      let isOver = false;
      const stutter = async () => {
        while (!isOver) {
          signal(stuttering, "SIGSTOP");
          await pause(STOPPED_MS);
          signal(stuttering, "SIGCONT");
          await pause(RUNNING_MS);
        }
      };
      const ended = stutter();
      return {
        end: () => {
          isOver = true;
          return ended;
        },
      };
    },
  },
  {
    name: "agent-pod-deleted",
    about: "the pod of the agent that answers: `kubectl delete`",
    seconds: 0,
    begin: async (scene) => {
      const { pod } = await leading(scene, "agent");
      await scene.cluster.node.kubectl(["-n", "vm-dhcp", "delete", "pod", pod, "--wait=false"]);
    },
  },
  {
    name: "agents-killed",
    about: "both agents: SIGKILL",
    seconds: 0,
    begin: async (scene) => signal(await programsOf(scene, "agent"), "SIGKILL"),
  },
  {
    name: "controller-killed",
    about: "the controller that leads: SIGKILL",
    seconds: 0,
    begin: async (scene) => signal([await leading(scene, "controller")], "SIGKILL"),
  },
  {
    name: "controllers-killed",
    about: "both controllers: SIGKILL",
    seconds: 0,
    begin: async (scene) => signal(await programsOf(scene, "controller"), "SIGKILL"),
  },
  {
    name: "controller-frozen",
    about: "the controller that leads: SIGSTOP for longer than its Lease, then SIGCONT",
    seconds: 20,
    begin: async (scene) => {
      const frozen = [await leading(scene, "controller")];
      signal(frozen, "SIGSTOP");
      return { end: () => Promise.resolve(signal(frozen, "SIGCONT")) };
    },
  },
  {
    name: "webhooks-killed",
    about: "all webhooks: SIGKILL",
    seconds: 0,
    begin: async (scene) => signal(await programsOf(scene, "webhook"), "SIGKILL"),
  },
  {
    name: "everything-killed",
    about: "all agents, controllers and webhooks at once: SIGKILL",
    seconds: 0,
    begin: async (scene) => {
      const programs = ["agent", "controller", "webhook"] as const;
      const all = await Promise.all(programs.map((program) => programsOf(scene, program)));
      signal(all.flat(), "SIGKILL");
    },
  },
  {
    name: "agents-rolled",
    about: "another image: agents, controllers and webhooks are replaced (`deno task deploy`)",
    seconds: 0,
    begin: async ({ cluster }) => {
      await cluster.rollImage();
      return { isOver: () => cluster.runsNewImage() };
    },
  },
  {
    name: "processors-busy",
    about: `${SPINNERS} processes that take all processor time that they get`,
    seconds: 20,
    begin: () => {
      const spinners = Array.from(
        { length: SPINNERS },
        () => new Deno.Command("sh", { args: ["-c", "while :; do :; done"] }).spawn(),
      );
      const end = async () => {
        for (const spinner of spinners) {
          spinner.kill("SIGKILL");
          await spinner.status;
        }
      };
      return Promise.resolve({ end });
    },
  },
];

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

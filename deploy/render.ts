/**
 * Everything that is deployed, in the order in which it is applied.
 *
 * @module
 */
import { agentDeployment } from "./objects/agent.ts";
import {
  disruptionBudgets,
  namespaceObject,
  podMonitors,
  serviceAccounts,
} from "./objects/common.ts";
import { controllerDeployment } from "./objects/controller.ts";
import { rbacObjects } from "./objects/rbac.ts";
import {
  mutatingConfiguration,
  validatingConfiguration,
  webhookDeployment,
  webhookService,
} from "./objects/webhook.ts";
import type { DeploySettings } from "./settings.ts";

/** A part of the deployment: the name of its file, and its objects. */
export interface Part {
  readonly name: string;
  readonly objects: readonly unknown[];
}

/** All parts but the CRDs, which do not depend on settings, in the order in which they are applied. */
export function renderParts(settings: DeploySettings): Part[] {
  return [
    { name: "rbac", objects: [...serviceAccounts(settings), ...rbacObjects(settings)] },
    {
      name: "webhook",
      objects: [
        webhookService(settings),
        webhookDeployment(settings),
        mutatingConfiguration(settings),
        validatingConfiguration(settings),
      ],
    },
    { name: "agent", objects: [agentDeployment(settings)] },
    { name: "controller", objects: [controllerDeployment(settings)] },
    { name: "disruption-budgets", objects: disruptionBudgets(settings) },
  ];
}

/** What the Prometheus operator needs. */
export function monitorPart(settings: DeploySettings): Part {
  return { name: "monitors", objects: podMonitors(settings) };
}

/** The namespace, for those who do not have it yet. */
export function namespacePart(settings: DeploySettings): Part {
  return { name: "namespace", objects: [namespaceObject(settings)] };
}

/**
 * Everything that is deployed, in the order in which it is applied.
 *
 * @module
 */
import { admissionPolicies } from "./objects/admission.ts";
import { agentDeployment } from "./objects/agent.ts";
import { disruptionBudgets, namespaceObject, serviceAccounts } from "./objects/common.ts";
import { controllerDeployment, controllerServices } from "./objects/controller.ts";
import { metricsObjects, podMonitors } from "./objects/metrics.ts";
import { prometheusRule } from "./monitoring/rules.ts";
import { networkPolicies } from "./objects/network_policies.ts";
import { openshiftObjects } from "./objects/openshift.ts";
import { historyRbacObjects, rbacObjects } from "./objects/rbac.ts";
import {
  certificateObjects,
  mutatingConfiguration,
  validatingConfiguration,
  webhookDeployment,
  webhookService,
} from "./objects/webhook.ts";
import type { DeploySettings } from "./settings.ts";

/** A part of the deployment: the name of its file, and its objects. */
interface Part {
  readonly name: string;
  readonly objects: readonly unknown[];
  /** The setting by which it can be left out, if it can. */
  readonly enabledBy?: "history" | "networkPolicy" | "admissionPolicies";
  /** The minor version of Kubernetes 1 that has its kinds, where it is one that is still met. */
  readonly sinceMinor?: number;
}

/** The minor version of Kubernetes 1 that has ValidatingAdmissionPolicies for good. */
export const ADMISSION_POLICIES_SINCE = 30;

/** All parts but the CRDs, which do not depend on settings, in the order in which they are applied. */
export function renderParts(settings: DeploySettings): Part[] {
  const parts: readonly Part[] = [
    { name: "rbac", objects: [...serviceAccounts(settings), ...rbacObjects(settings)] },
    { name: "history", objects: historyRbacObjects(settings), enabledBy: "history" },
    { name: "openshift", objects: openshiftObjects(settings) },
    {
      name: "admission-policies",
      objects: admissionPolicies(settings),
      enabledBy: "admissionPolicies",
      sinceMinor: ADMISSION_POLICIES_SINCE,
    },
    { name: "network-policies", objects: networkPolicies(settings), enabledBy: "networkPolicy" },
    {
      name: "webhook",
      objects: [
        ...certificateObjects(settings),
        webhookService(settings),
        webhookDeployment(settings),
        mutatingConfiguration(settings),
        validatingConfiguration(settings),
      ],
    },
    { name: "agent", objects: [agentDeployment(settings)] },
    {
      name: "controller",
      objects: [...controllerServices(settings), controllerDeployment(settings)],
    },
    { name: "disruption-budgets", objects: disruptionBudgets(settings) },
    { name: "metrics", objects: metricsObjects(settings) },
  ];
  return parts.filter(({ objects }) => objects.length > 0);
}

/** What the Prometheus operator needs. */
export function monitorPart(settings: DeploySettings): Part {
  return { name: "monitors", objects: [...podMonitors(settings), prometheusRule(settings)] };
}

/** The namespace, for those who do not have it yet. */
export function namespacePart(settings: DeploySettings): Part {
  return { name: "namespace", objects: [namespaceObject(settings)] };
}

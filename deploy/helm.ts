/**
 * What of the Helm chart is made from the typed objects: its values with their schema and table, and the templates that hardly
 * depend on values but are long: rights, policies, webhook configurations, CRDs, how the programs are started. Its other
 * templates are written by hand; `tests/deploy/chart_test.ts` holds all of them against the typed objects.
 *
 * @module
 */
import { stringify } from "yaml";
import { ENVIRONMENT as CRDS_ENVIRONMENT } from "../controller/crds/settings.ts";
import { admissionPolicies } from "./objects/admission.ts";
import { dashboardFiles } from "./dashboards/dashboards.ts";
import { ruleGroups } from "./monitoring/rules.ts";
import { agentDeployment } from "./objects/agent.ts";
import { controllerDeployment } from "./objects/controller.ts";
import { ACCOUNT_FILES, allow } from "./objects/pod.ts";
import { historyRbacObjects, rbacObjects } from "./objects/rbac.ts";
import {
  mutatingConfiguration,
  validatingConfiguration,
  webhookDeployment,
} from "./objects/webhook.ts";
import { ADMISSION_POLICIES_SINCE } from "./render.ts";
import { DEFAULT_SETTINGS, type DeploySettings } from "./settings.ts";
import { valuesSchemaText, valuesTable, valuesText } from "./values/documents.ts";
import { yamlText } from "./yaml_text.ts";

/** What stands in the objects for a name -> the expression that a template has for it. */
const EXPRESSIONS: Readonly<Record<string, string>> = {
  "namespace": ".Release.Namespace",
  "fullname": 'include "vm-dhcp.fullname" .',
  "controller": 'include "vm-dhcp.controller" .',
  "webhook": 'include "vm-dhcp.webhook" .',
  "agent": 'include "vm-dhcp.agent" .',
  "controller-account": 'include "vm-dhcp.serviceAccountName" (list . "controller")',
  "webhook-account": 'include "vm-dhcp.serviceAccountName" (list . "webhook")',
  "agent-account": 'include "vm-dhcp.serviceAccountName" (list . "agent")',
  "lock-namespace": ".Values.leaderElection.namespace",
  "api-server": ".Values.addresses.apiServer",
  "pod-address": ".Values.addresses.pod",
};
const MADE = "{{- /* Made by `deno task render`. Do not edit. */}}\n";
const HEAD = `${MADE}{{- include "vm-dhcp.defaults" . }}\n`;

/** The chart's generated files: path in the chart -> text. */
export function helmChart(
  version: string,
  crds: readonly (readonly [name: string, text: string])[],
): Record<string, string> {
  const settings = placeholders();
  const policies = template(admissionPolicies(settings));
  return {
    "Chart.yaml": yamlText([chart(version)]),
    "values.yaml": valuesText(),
    "files/defaults.yaml": valuesText(),
    // Prometheus and Grafana have `{{...}}` of their own, which no template is to read.
    "files/alerts.yaml": yamlText([ruleGroups()]),
    ...Object.fromEntries(
      Object.entries(dashboardFiles()).map(([name, text]) => [`files/dashboards/${name}`, text]),
    ),
    "values.schema.json": valuesSchemaText(),
    "VALUES.md": valuesTable(),
    "templates/_programs.tpl": programs(settings),
    "templates/rbac.yaml": HEAD + rbac(settings),
    "templates/history.yaml": `${HEAD}{{- if .Values.history.enabled }}\n${
      template(historyRbacObjects(settings))
    }{{- end }}\n`,
    "templates/admission-policies.yaml": `${HEAD}{{- if and .Values.admissionPolicies.enabled ` +
      `(semverCompare ">=1.${ADMISSION_POLICIES_SINCE}.0-0" .Capabilities.KubeVersion.Version) }}\n` +
      `${policies}{{- end }}\n`,
    "templates/webhook-configurations.yaml": HEAD +
      template([mutatingConfiguration(settings), validatingConfiguration(settings)])
        .replaceAll(
          /^ {2}labels:$/gm,
          '  {{- include "vm-dhcp.caInjection" . | nindent 2 }}\n  labels:',
        ),
    ...Object.fromEntries(crds.map(([name, text]) => [`templates/crd-${name}`, crd(text)])),
  };
}

function chart(version: string): unknown {
  return {
    apiVersion: "v2",
    name: "vm-dhcp",
    description: "DHCP for virtual machines on Kubernetes",
    type: "application",
    version,
    appVersion: version,
    kubeVersion: ">=1.28.0-0",
    keywords: ["dhcp", "ipam", "kubevirt", "harvester", "multus"],
  };
}

function placeholders(): DeploySettings {
  const role = <T extends DeploySettings["controller"]>(settings: T, name: string): T => ({
    ...settings,
    serviceAccount: { ...settings.serviceAccount, name: `%%${name}-account%%` },
  });
  return {
    ...DEFAULT_SETTINGS,
    namespace: "%%namespace%%",
    lockNamespace: "%%lock-namespace%%",
    names: {
      controller: "%%controller%%",
      webhook: "%%webhook%%",
      agent: "%%agent%%",
      people: "%%fullname%%",
    },
    addresses: { apiServer: "%%api-server%%", pod: "%%pod-address%%" },
    controller: role(DEFAULT_SETTINGS.controller, "controller"),
    webhook: role(DEFAULT_SETTINGS.webhook, "webhook"),
    agent: role(DEFAULT_SETTINGS.agent, "agent"),
  };
}

/** Objects as a template, with the labels of the release. */
function template(objects: readonly unknown[]): string {
  return expressions(yamlText(objects)).replaceAll(
    /^( +)app\.kubernetes\.io\/part-of: vm-dhcp$/gm,
    (line, indent: string) =>
      `${line}\n${indent}{{- include "vm-dhcp.releaseLabels" . | nindent ${indent.length} }}`,
  );
}

function expressions(text: string): string {
  const expression = (name: string) => EXPRESSIONS[name] ?? name;
  return text
    .replaceAll(/(?<!\\)"%%([\w-]+)%%"/g, (_, name: string) => `{{ ${expression(name)} | quote }}`)
    .replaceAll(/%%([\w-]+)%%/g, (_, name: string) => `{{ ${expression(name)} }}`);
}

/** The webhook needs fewer rights where its certificate is somebody else's to keep. */
function rbac(settings: DeploySettings): string {
  const managed = { ...settings, webhook: { ...settings.webhook, certificate: "cert-manager" } };
  const own = rbacObjects(settings);
  const rest = rbacObjects(managed as DeploySettings);
  const texts = new Set(rest.map((object) => JSON.stringify(object)));
  const ownText = new Set(own.map((object) => JSON.stringify(object)));
  const both = own.filter((object) => texts.has(JSON.stringify(object)));
  const ownOnly = own.filter((object) => !texts.has(JSON.stringify(object)));
  const restOnly = rest.filter((object) => !ownText.has(JSON.stringify(object)));
  return `${template(both)}---\n{{- if eq .Values.webhook.certificate "own" }}\n${
    template(ownOnly)
  }{{- else }}\n${template(restOnly)}{{- end }}\n`;
}

/** How each role's program is started, up to its own arguments, and its environment. */
function programs(settings: DeploySettings): string {
  const deployments = {
    controller: controllerDeployment(settings),
    webhook: webhookDeployment(settings),
    agent: agentDeployment(settings),
  } as Readonly<Record<string, DeploymentLike>>;
  const defines = Object.entries(deployments).flatMap(([role, { spec }]) => {
    const [{ args, env } = { args: [], env: [] }] = spec.template.spec.containers;
    const end = args.findIndex((arg) => arg.endsWith("main.ts"));
    return [
      define(`vm-dhcp.run.${role}`, args.slice(0, end + 1)),
      define(`vm-dhcp.env.${role}`, env),
    ];
  });
  return MADE + defines.join("") + define("vm-dhcp.run.crds", crdsProgram(settings));
}

/** How the program is started that brings CRDs of others up to date. */
function crdsProgram({ addresses }: DeploySettings): readonly string[] {
  return [
    "run",
    "--cached-only",
    "--no-prompt",
    allow("net", addresses.apiServer),
    allow("env", ...CRDS_ENVIRONMENT),
    allow("read", ACCOUNT_FILES),
    "controller/crds/main.ts",
  ];
}

interface DeploymentLike {
  readonly spec: {
    readonly template: {
      readonly spec: {
        readonly containers: readonly {
          readonly args: readonly string[];
          readonly env: readonly unknown[];
        }[];
      };
    };
  };
}

function define(name: string, value: unknown): string {
  return `\n{{- define "${name}" -}}\n${
    expressions(stringify(value, { lineWidth: 0, aliasDuplicateObjects: false }))
  }{{- end }}\n`;
}

function crd(text: string): string {
  const name = /^ {2}name: (\S+)$/m.exec(text)?.[1] ?? "";
  const objects = text.replace(/^#.*\n/, "").replace(
    /^ {2}name: .*$/m,
    (line) => `${line}\n  {{- include "vm-dhcp.crdMetadata" . | nindent 2 }}`,
  );
  return `${HEAD}{{- if eq "chart" (include "vm-dhcp.crdOwner" (list . "${name}")) }}\n${objects}{{- end }}\n`;
}

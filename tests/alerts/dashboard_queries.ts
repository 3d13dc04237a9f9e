import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";

/** One query, and the panel that asks it. */
interface DashboardQuery {
  readonly title: string;
  readonly expr: string;
}

/** Every query of a dashboard: of its panels, those inside of rows too, and of what can be chosen at its top. */
export function dashboardQueries(
  { panels = [], templating }: Dashboard,
): readonly DashboardQuery[] {
  const all = panels.flatMap((panel) => "panels" in panel ? [panel, ...panel.panels] : [panel]);
  const ofPanels = all.flatMap((panel) => {
    const { title = "", targets = [] } = panel as {
      readonly title?: string;
      readonly targets?: readonly { readonly expr?: string }[];
    };
    return targets.map(({ expr = "" }) => ({ title, expr }));
  });
  const ofVariables = (templating.list ?? []).flatMap(({ name, query }) => {
    const text = typeof query === "object" ? String(query["query"]) : "";
    const [, series] = /^label_values\((.*), \w+\)$/.exec(text) ?? [];
    return series === undefined ? [] : [{ title: `variable ${name}`, expr: series }];
  });
  return [...ofPanels, ...ofVariables];
}

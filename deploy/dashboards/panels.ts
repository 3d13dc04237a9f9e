/**
 * The parts that the dashboards are made of, by Grafana's own builders: their types are made from Grafana's schema, so that what is no
 * dashboard is no program either.
 *
 * @module
 */
import {
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  RowBuilder,
  type Threshold,
  ThresholdsConfigBuilder,
  ThresholdsMode,
  VariableRefresh,
  VariableSort,
} from "@grafana/grafana-foundation-sdk/dashboard";
import {
  BigValueGraphMode,
  LegendDisplayMode,
  LegendPlacement,
  ReduceDataOptionsBuilder,
  SortOrder,
  TooltipDisplayMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from "@grafana/grafana-foundation-sdk/common";
import { DataqueryBuilder, PromQueryFormat } from "@grafana/grafana-foundation-sdk/prometheus";
import { PanelBuilder as StatBuilder } from "@grafana/grafana-foundation-sdk/stat";
import { PanelBuilder as TableBuilder } from "@grafana/grafana-foundation-sdk/table";
import { PanelBuilder as TimeSeriesBuilder } from "@grafana/grafana-foundation-sdk/timeseries";

/** The Prometheus that somebody chose at the top of the dashboard. */
const PROMETHEUS = { type: "prometheus", uid: "${datasource}" };
/** Tag by which the dashboards link to each other. */
const TAG = "vm-dhcp";
/** Grafana's grid has 24 columns. */
const WIDTH = { stat: 6, series: 12, table: 24 };
const HEIGHT = { stat: 4, series: 8, table: 9 };

/** What a panel asks, and how it names what comes: the labels in `{{...}}`. */
interface Query {
  /** PromQL. */
  readonly expr: string;
  readonly legend?: string;
}

/** What every panel has. */
interface PanelOptions {
  readonly title: string;
  /** What it shows, for who points at it. */
  readonly description: string;
  /** A unit of Grafana, such as `s`, `percentunit`, `pps`, `short`. */
  readonly unit?: string;
}

/** One number. */
export function stat(
  options: PanelOptions & {
    readonly query: Query;
    /** From which value on it is yellow, and red; left out: it has no colour. */
    readonly warnsFrom?: number;
    readonly failsFrom?: number;
  },
): StatBuilder {
  const { query, warnsFrom, failsFrom } = options;
  const steps: Threshold[] = [
    { value: null, color: warnsFrom === undefined && failsFrom === undefined ? "text" : "green" },
    ...warnsFrom === undefined ? [] : [{ value: warnsFrom, color: "yellow" }],
    ...failsFrom === undefined ? [] : [{ value: failsFrom, color: "red" }],
  ];
  const panel = new StatBuilder().title(options.title).description(options.description)
    .datasource(PROMETHEUS).unit(options.unit ?? "short").span(WIDTH.stat).height(HEIGHT.stat)
    .noValue("none").graphMode(BigValueGraphMode.None)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(["lastNotNull"]))
    .thresholds(new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(steps));
  return panel.withTarget(target(query, 0).instant());
}

/** Curves. */
export function series(
  options: PanelOptions & { readonly queries: readonly Query[] },
): TimeSeriesBuilder {
  const panel = new TimeSeriesBuilder().title(options.title).description(options.description)
    .datasource(PROMETHEUS).unit(options.unit ?? "short").span(WIDTH.series).height(HEIGHT.series)
    .min(0).fillOpacity(10)
    .legend(
      new VizLegendOptionsBuilder().showLegend(true).displayMode(LegendDisplayMode.List)
        .placement(LegendPlacement.Bottom),
    )
    .tooltip(
      new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending),
    );
  for (const [at, query] of options.queries.entries()) panel.withTarget(target(query, at).range());
  return panel;
}

/** Rows: one for each series that there is now. */
export function table(
  options: PanelOptions & {
    /** Each gives a column of this name; one alone may give none. */
    readonly queries: readonly (Query & { readonly column?: string })[];
    /** Columns that say nothing. */
    readonly without?: readonly string[];
  },
): TableBuilder {
  const panel = new TableBuilder().title(options.title).description(options.description)
    .datasource(PROMETHEUS).unit(options.unit ?? "short").span(WIDTH.table).height(HEIGHT.table);
  for (const [at, query] of options.queries.entries()) {
    panel.withTarget(target(query, at).instant().format(PromQueryFormat.Table));
  }
  const excludeByName = Object.fromEntries(
    ["Time", ...options.without ?? []].map((name) => [name, true]),
  );
  const isMerged = options.queries.length > 1;
  const renameByName = Object.fromEntries(
    options.queries.flatMap(({ column }, at) =>
      column === undefined ? [] : [[isMerged ? `Value #${refId(at)}` : "Value", column]]
    ),
  );
  if (isMerged) panel.withTransformation({ id: "merge", options: {} });
  return panel.withTransformation({ id: "organize", options: { excludeByName, renameByName } });
}

/** A, B, C... */
function refId(at: number): string {
  return String.fromCharCode(65 + at);
}

function target({ expr, legend }: Query, at: number): DataqueryBuilder {
  const query = new DataqueryBuilder().refId(refId(at)).datasource(PROMETHEUS)
    .expr(expr);
  return legend === undefined ? query : query.legendFormat(legend);
}

/** Panels below a title. */
interface Row {
  readonly title: string;
  readonly panels: readonly (StatBuilder | TimeSeriesBuilder | TableBuilder)[];
}

/** What a dashboard is made of. */
interface DashboardOptions {
  /** Part of its address; stable. */
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  /** What can be chosen at its top: name -> the series of whose label of that name the values are. */
  readonly chosen?: Readonly<Record<string, string>>;
  readonly rows: readonly Row[];
}

/** A whole dashboard. */
export function dashboard(
  { uid, title, description, chosen = {}, rows }: DashboardOptions,
): Dashboard {
  const all = new DashboardBuilder(title).uid(uid).description(description).tags([TAG])
    .timezone("browser").tooltip(DashboardCursorSync.Crosshair).refresh("30s")
    .time({ from: "now-6h", to: "now" })
    .link(
      new DashboardLinkBuilder("vm-dhcp").type(DashboardLinkType.Dashboards).tags([TAG])
        .includeVars(true).keepTime(true),
    )
    .withVariable(
      new DatasourceVariableBuilder("datasource").label("Prometheus").type("prometheus"),
    );
  for (const [name, from] of Object.entries(chosen)) {
    all.withVariable(
      new QueryVariableBuilder(name).label(name).datasource(PROMETHEUS)
        .query({ qryType: 1, query: `label_values(${from}, ${name})`, refId: name })
        .refresh(VariableRefresh.OnTimeRangeChanged).sort(VariableSort.AlphabeticalAsc)
        .includeAll(true).allValue(".*").multi(true),
    );
  }
  for (const { title: row, panels } of rows) {
    all.withRow(new RowBuilder(row));
    for (const panel of panels) all.withPanel(panel);
  }
  return all.build();
}

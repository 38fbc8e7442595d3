import type { Cells } from "./cells.ts";
import { type Definition, identity, type MetricType } from "./definition.ts";
import { Family } from "./family.ts";
import type { MetricFamily, MetricsSnapshot, Series } from "./snapshot.ts";

/** The replica whose values a registry holds. */
export interface RegistryTags {
  readonly application: string;
  readonly deployment: string;
  /** Its index: a replica that takes the place of another goes on with its series. */
  readonly replica: string;
}

/** The values of metrics, of one replica or of a host. */
export class Registry {
  readonly #tags: RegistryTags | undefined;
  readonly #families = new Map<string, Family>();

  /** @param tags labels for the metrics that want them; a host has none */
  constructor(tags?: RegistryTags) {
    this.#tags = tags;
  }

  family<T extends MetricType>(definition: Definition<T>): Family<T> {
    const key = `${identity(definition)} ${definition.labels.join()}`;
    let family = this.#families.get(key);
    if (!family) {
      family = new Family(definition);
      this.#families.set(key, family);
    }
    return family as unknown as Family<T>;
  }

  /** The one series of a metric without labels. */
  cell<T extends MetricType>(definition: Definition<T>): Cells[T] {
    return this.family(definition).at();
  }

  snapshot(): MetricsSnapshot {
    return [...this.#families.values()].map((family) => this.#snapshotOf(family));
  }

  #snapshotOf({ definition, children }: Family): MetricFamily {
    const { type, name, help, unit, buckets, combine, labels } = definition;
    const tags = this.#tagsOf(definition);
    const series = Array.from(children, ({ values, cell }): Series => {
      const own = Object.fromEntries(labels.map((label, at) => [label, values[at] as string]));
      const counts = "counts" in cell ? [...cell.counts] : [];
      return { labels: { ...tags, ...own }, value: cell.value, counts };
    });
    return { type, name, help, unit, buckets, combine, series };
  }

  #tagsOf({ tagging }: Definition): Readonly<Record<string, string>> {
    if (!this.#tags || tagging === "none") return {};
    const { replica, ...deployment } = this.#tags;
    return tagging === "deployment" ? deployment : { ...deployment, replica };
  }
}

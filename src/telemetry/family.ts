import { type Cells, newCell } from "./cells.ts";
import type { Definition, MetricType } from "./definition.ts";
import { hostLogger } from "./host-logger.ts";

/** Label sets that a metric may have in one registry, as many as OpenTelemetry allows: each costs memory, here and there. */
export const MOST_LABEL_SETS = 2000;

/** The value of every label of what came after that. */
export const OVERFLOW = "overflow";

/** All series of one metric in one registry, by the values of its labels. */
export class Family<T extends MetricType = MetricType> {
  readonly definition: Definition<T>;
  readonly #children = new Map<
    string,
    { readonly values: readonly string[]; readonly cell: Cells[T] }
  >();
  #warned = false;

  constructor(definition: Definition<T>) {
    this.definition = definition;
  }

  /** The series of these values, in the order of the labels: look it up once and keep it. */
  at(values: readonly string[] = []): Cells[T] {
    const key = keyOf(values);
    const found = this.#children.get(key);
    if (found) return found.cell;
    return this.#children.size < MOST_LABEL_SETS ? this.#add(key, values) : this.#overflow;
  }

  get children(): Iterable<{ readonly values: readonly string[]; readonly cell: Cells[T] }> {
    return this.#children.values();
  }

  get #overflow(): Cells[T] {
    const { name, labels } = this.definition;
    if (!this.#warned) {
      this.#warned = true;
      hostLogger().warn(
        `metric ${name} has ${MOST_LABEL_SETS} label sets; all others count as "${OVERFLOW}"; give ${labels.join(", ")} fewer values`,
      );
    }
    const values = labels.map(() => OVERFLOW);
    const key = keyOf(values);
    return this.#children.get(key)?.cell ?? this.#add(key, values);
  }

  #add(key: string, values: readonly string[]): Cells[T] {
    const cell = newCell(this.definition);
    this.#children.set(key, { values, cell });
    return cell;
  }
}

function keyOf(values: readonly string[]): string {
  return values.length === 1 ? (values[0] as string) : JSON.stringify(values);
}

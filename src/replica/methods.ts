import { ServeError } from "../errors.ts";
import { CALL, LIFECYCLE_HOOKS } from "../handle.ts";
import { isClass, type Target } from "../target.ts";

export type Method = (...args: readonly unknown[]) => unknown;

/**
 * Finds what a call may reach: the public methods of an instance, inherited ones too, but nothing of
 * `Object.prototype` and no lifecycle hook; a function itself; of an object with `fetch`, only `fetch`.
 */
export class Methods {
  readonly #where: string;
  readonly #target: Target;
  readonly #instance: unknown;
  readonly #found = new Map<string, Method>();

  constructor(where: string, target: Target, instance: unknown) {
    this.#where = where;
    this.#target = target;
    this.#instance = instance;
  }

  /** @throws ServeError `METHOD_NOT_FOUND` */
  get(name: string): Method {
    let method = this.#found.get(name);
    if (!method) {
      method = this.#resolve(name);
      this.#found.set(name, method);
    }
    return method;
  }

  #resolve(name: string): Method {
    if (typeof this.#instance === "function" && !isClass(this.#target)) {
      if (name === CALL || name === "fetch") return this.#instance as Method;
      throw this.#unknown(name, "it is a function: call the handle itself");
    }
    if ((LIFECYCLE_HOOKS as readonly string[]).includes(name)) {
      throw this.#unknown(name, "that name belongs to the life of a replica and can't be called");
    }
    const names = this.#names();
    if (!names.includes(name)) {
      throw this.#unknown(name, `it has ${names.length ? names.join(", ") : "no methods"}`);
    }
    const owner = this.#instance as Record<string, Method>;
    // Looked up again at each call: a class may replace its own methods.
    return (...args) => (owner[name] as Method)(...args);
  }

  #names(): string[] {
    if (!isClass(this.#target)) return ["fetch"];
    const names = new Set<string>();
    for (
      let at = this.#instance as object | null;
      at && at !== Object.prototype;
      at = Object.getPrototypeOf(at)
    ) {
      for (const [name, property] of Object.entries(Object.getOwnPropertyDescriptors(at))) {
        if (typeof property.value === "function") names.add(name);
      }
    }
    return [...names].filter((name) => !(LIFECYCLE_HOOKS as readonly string[]).includes(name));
  }

  #unknown(name: string, remedy: string): ServeError {
    const shown = name === CALL ? "the deployment itself" : name;
    return new ServeError("METHOD_NOT_FOUND", `${this.#where}: can't call ${shown}; ${remedy}`);
  }
}

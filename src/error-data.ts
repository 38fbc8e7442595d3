import { isErrorCode, ServeError } from "./errors.ts";

/** An error as plain data: what crosses a boundary, since structured clone loses class, code and own fields. */
export interface ErrorData {
  readonly type: "error" | "value";
  readonly name?: string;
  readonly message?: string;
  readonly stack?: string | undefined;
  readonly cause?: ErrorData;
  readonly errors?: readonly ErrorData[];
  /** Own enumerable fields that can be cloned; for `type: "value"` the thrown non-error under `value`. */
  readonly fields: Readonly<Record<string, unknown>>;
}

type Fields = Record<string, unknown>;

/** Far deeper than any honest chain of causes, and a bound on a cyclic one. */
const MAX_CAUSES = 16;

const BUILT_IN: Readonly<Record<string, new (message?: string) => Error>> = {
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
};

export function toErrorData(thrown: unknown, depth = 0): ErrorData {
  if (!isError(thrown)) return { type: "value", fields: cloneableFields({ value: thrown }) };
  const { cause: _cause, errors: _errors, stack: _stack, ...own } = { ...thrown } as Fields;
  const follow = depth < MAX_CAUSES;
  return {
    type: "error",
    name: thrown.name,
    message: thrown.message,
    stack: thrown.stack,
    ...(follow && thrown.cause !== undefined && { cause: toErrorData(thrown.cause, depth + 1) }),
    ...(follow &&
      thrown instanceof AggregateError && {
        errors: thrown.errors.map((one) => toErrorData(one, depth + 1)),
      }),
    fields: cloneableFields(own),
  };
}

/** Builds the error again: ServeError, DOMException and the built-in classes as themselves, any other as Error with its name. */
export function fromErrorData(data: ErrorData): unknown {
  if (data.type === "value") return data.fields["value"];
  const { name = "Error", message = "", stack, fields } = data;
  const error = create(name, message, data);
  for (const [key, value] of Object.entries(fields)) {
    if (key === "__proto__") continue;
    define(error, key, value, true);
  }
  if (error.name !== name) define(error, "name", name, false);
  if (data.cause) define(error, "cause", fromErrorData(data.cause), false);
  if (stack !== undefined) define(error, "stack", stack, false);
  return error;
}

function create(name: string, message: string, data: ErrorData): Error {
  const code = data.fields["code"];
  if (name === "ServeError" && isErrorCode(code)) return new ServeError(code, message);
  if (data.errors) return new AggregateError(data.errors.map(fromErrorData), message);
  if (name === "AbortError" || name === "TimeoutError") return new DOMException(message, name);
  const BuiltIn = Object.hasOwn(BUILT_IN, name) ? BUILT_IN[name] : undefined;
  return BuiltIn ? new BuiltIn(message) : new Error(message);
}

function isError(thrown: unknown): thrown is Error {
  return thrown instanceof Error || Object.prototype.toString.call(thrown) === "[object Error]";
}

function define(target: object, key: string, value: unknown, enumerable: boolean): void {
  Object.defineProperty(target, key, { value, enumerable, writable: true, configurable: true });
}

function cloneableFields(fields: Fields): Fields {
  const kept: Fields = {};
  for (const [key, value] of Object.entries(fields)) {
    try {
      kept[key] = structuredClone(value);
    } catch {
      // A function or a socket on an error can't cross; the rest of the error still should.
      kept[key] = undefined;
    }
  }
  return kept;
}

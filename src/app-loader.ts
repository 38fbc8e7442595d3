import type { Application } from "./application.ts";
import type { Json } from "./config/application-config.ts";

/** An application as its code gives it. */
export interface LoadedApp<Code> {
  readonly application: Application<unknown>;
  /** How the replicas find the same code. */
  readonly code: Code | undefined;
  /** The same as long as the code and its arguments are. */
  readonly version: string;
}

/** What a module exports under a name. */
export interface LoadedExport {
  /** Undefined where it has no such export. */
  readonly value: unknown;
  /** The same as long as the code is. */
  readonly version: string;
}

/** A module as a configuration names it. */
export interface CodeReference {
  readonly importPath: string;
  readonly args: Json | undefined;
}

/** Finds the code that a configuration names: how that is done differs from platform to platform. */
export interface AppLoader<Code> {
  /**
   * @param importPath a module, with `#name` for an export other than the default
   * @param args what a builder is given
   * @throws ServeError `INVALID_APPLICATION` in one line that says what to do
   */
  load(importPath: string, args: Json | undefined): Promise<LoadedApp<Code>>;
  /**
   * Any export of a module, named as an application is.
   *
   * @throws ServeError `INVALID_APPLICATION` where the module can't be loaded
   */
  exported(importPath: string): Promise<LoadedExport>;
  /** What `load` would find the same code by; undefined for code that no text can name. */
  reference(code: Code | undefined): CodeReference | undefined;
}

// The part of Node's module that workerd has without more types: @types/node contradicts those of workerd.
declare module "node:async_hooks" {
  export class AsyncLocalStorage<T> {
    run<R>(store: T, fn: () => R): R;
    getStore(): T | undefined;
  }
}

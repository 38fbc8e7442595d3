/** How a server answers HTTP: fixed when it starts. */
export interface HttpOptions {
  /** The address to listen on. */
  readonly host?: string;
  /** 0 takes any free one. */
  readonly port?: number;
  /** `NoServer`: no listener, the applications are called by their handles only. */
  readonly location?: "HeadOnly" | "NoServer";
  /** How long a request may take until its answer is complete; without it, as long as it takes. */
  readonly requestTimeoutMs?: number;
  /** How long an idle connection stays open. */
  readonly keepAliveTimeoutMs?: number;
  /** How long a client may take to send a request's headers. */
  readonly headersTimeoutMs?: number;
  /** How long a client may take to send all of a request. */
  readonly receiveTimeoutMs?: number;
  /** Bytes that a request body may have. */
  readonly bodyLimitBytes?: number;
  /** Whether answers say in `Server-Timing` what their time went to. */
  readonly serverTiming?: boolean;
  /** PEM files: with them the server speaks HTTPS. */
  readonly tls?: TlsFiles;
}

const MIB = 1024 * 1024;

/** What a server does when it is told nothing else. */
export const HTTP_DEFAULTS = {
  host: "127.0.0.1",
  port: 8000,
  location: "HeadOnly",
  keepAliveTimeoutMs: 5_000,
  headersTimeoutMs: 10_000,
  receiveTimeoutMs: 300_000,
  bodyLimitBytes: 64 * MIB,
  serverTiming: false,
} as const satisfies HttpOptions;

export interface TlsFiles {
  readonly keyFile: string;
  readonly certFile: string;
  /** Has the passphrase of an encrypted key. */
  readonly passphraseFile?: string;
  /** Certificates of authorities: with them only clients are served that have a certificate of one of those. */
  readonly caFile?: string;
}

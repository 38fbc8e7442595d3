/** How a server answers HTTP: fixed when it starts. */
export interface HttpOptions {
  /** The address to listen on. */
  readonly host?: string;
  /** 0 takes any free one. */
  readonly port?: number;
  /** `NoServer`: no listener, the applications are called by their handles only. */
  readonly location?: "HeadOnly" | "NoServer";
  /** How long an answer may take to begin; without it, as long as it takes. */
  readonly requestTimeoutMs?: number;
  /** How long an idle connection stays open. */
  readonly keepAliveTimeoutMs?: number;
  /** Bytes that a request body may have. */
  readonly bodyLimitBytes?: number;
  /** PEM files: with them the server speaks HTTPS. */
  readonly tls?: TlsFiles;
}

export interface TlsFiles {
  readonly keyFile: string;
  readonly certFile: string;
}

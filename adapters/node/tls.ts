import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { messageOf, ServeError } from "../../src/errors.ts";

/** PEM files, and what it takes to read them. */
export interface TlsOptions {
  /** The private key. */
  readonly keyFile: string;
  /** The certificate of that key, followed by those of the authorities between it and a root that clients know. */
  readonly certFile: string;
  /** Of the private key, where it is encrypted. */
  readonly passphrase?: string | undefined;
  /** A file that has it, in one line. */
  readonly passphraseFile?: string | undefined;
  /** Certificates of authorities: with them only clients are served that have a certificate of one of those. */
  readonly caFile?: string | undefined;
}

/** What `node:https` is given. */
export interface TlsContext {
  readonly key: string;
  readonly cert: string;
  readonly passphrase?: string | undefined;
  readonly ca?: string | undefined;
  readonly requestCert: boolean;
}

/**
 * Reads the files and checks that they fit together: Node's own errors name none of them.
 *
 * @throws ServeError `INVALID_OPTION` that names the file
 */
export async function readTls(options: TlsOptions): Promise<TlsContext> {
  const { keyFile, certFile, passphraseFile, caFile } = options;
  const [key, cert, line, ca] = await Promise.all([
    read("keyFile", keyFile),
    read("certFile", certFile),
    passphraseFile === undefined ? undefined : read("passphraseFile", passphraseFile),
    caFile === undefined ? undefined : read("caFile", caFile),
  ]);
  const passphrase = options.passphrase ?? line?.replace(/\r?\n$/, "");
  const certificate = parse("certFile", certFile, cert);
  if (!certificate.checkPrivateKey(parseKey(key, keyFile, passphrase))) {
    throw invalid("certFile", certFile, `is not the certificate of the key in ${resolve(keyFile)}`);
  }
  if (caFile !== undefined) parse("caFile", caFile, ca as string);
  return { key, cert, passphrase, ca, requestCert: caFile !== undefined };
}

type Field = "keyFile" | "certFile" | "passphraseFile" | "caFile";

async function read(field: Field, file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const problem =
      code === "ENOENT" ? "no such file" : `can't be read: ${code ?? messageOf(error)}`;
    throw invalid(field, file, problem, error);
  }
}

function parse(field: Field, file: string, text: string): X509Certificate {
  try {
    return new X509Certificate(text);
  } catch (error) {
    throw invalid(field, file, "has no certificate in PEM (-----BEGIN CERTIFICATE-----)", error);
  }
}

function parseKey(key: string, file: string, passphrase: string | undefined): KeyObject {
  if (!key.includes("PRIVATE KEY-----")) {
    throw invalid("keyFile", file, "has no private key in PEM (-----BEGIN PRIVATE KEY-----)");
  }
  const encrypted = key.includes("ENCRYPTED");
  if (encrypted && passphrase === undefined) {
    throw invalid("keyFile", file, "is encrypted: give its passphrase by tls.passphraseFile");
  }
  try {
    return createPrivateKey({ key, ...(passphrase !== undefined && { passphrase }) });
  } catch (error) {
    const problem = encrypted ? "can't be decrypted: is it the right passphrase?" : "is damaged";
    throw invalid("keyFile", file, problem, error);
  }
}

function invalid(field: Field, file: string, problem: string, cause?: unknown): ServeError {
  const message = `listen: option tls.${field}: ${resolve(file)}: ${problem}`;
  return new ServeError("INVALID_OPTION", message, cause === undefined ? {} : { cause });
}

import { connect, rootCertificates } from "node:tls";
import { originPlace } from "../lib/read-origin.ts";
import { readCertificates } from "./read-certificates.ts";

/** Milliseconds. */
const patience = 10_000;

/** Until when the certificate of a server is valid, in Unix milliseconds. */
interface CertificateFacts {
  readonly validUntil: number;
}

/**
 * Looks at the certificate that a server shows, as a request would judge it. `ca`: a PEM file that is trusted besides the usual
 * authorities. Rejects with the error of TLS where the server is not trusted.
 */
export function readCertificate(origin: string, ca: string | null): Promise<CertificateFacts> {
  const { host, port } = originPlace(origin);
  const authorities = ca === null ? {} : { ca: [...rootCertificates, readCertificates(ca)] };
  return new Promise((resolve, reject) => {
    const name = /^[\d.]+$|:/.test(host) ? {} : { servername: host };
    const socket = connect({ host, port, ...name, ...authorities });
    socket.setTimeout(patience, () => socket.destroy(new Error(`it does not answer within ${patience / 1_000} s`)));
    socket.once("error", reject);
    socket.once("secureConnect", () => {
      const validUntil = Date.parse(socket.getPeerCertificate().valid_to);
      socket.destroy();
      if (Number.isNaN(validUntil)) reject(new Error("its certificate does not say until when it is valid"));
      else resolve({ validUntil });
    });
  });
}

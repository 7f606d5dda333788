import { errorMessage } from "../errors.ts";
import { largestSecretFile, readOrdinaryText } from "../files/read-ordinary-file.ts";

/** The certificates of authorities (PEM) that a cluster is declared with. Throws an Error that names the file. */
export function readCertificates(path: string): string {
  try {
    return readOrdinaryText(path, { largest: largestSecretFile });
  } catch (error) {
    throw new Error(`its file of certificates ${path} cannot be read (${errorMessage(error)})`, { cause: error });
  }
}

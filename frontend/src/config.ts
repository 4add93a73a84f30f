/** Where things are, as the front door says in `/config.json`. */
export interface Config {
  oidc: { issuer: string; clientId: string };
  /** Path under which the services' APIs stand, such as `/api`. */
  api: string;
}

/**
 * Reads the settings of this installation.
 *
 * @throws Error with a sentence for the user where they cannot be had.
 */
export async function loadConfig(): Promise<Config> {
  const response = await fetch("/config.json", { cache: "no-cache" });
  if (!response.ok) {
    throw new Error(`The settings of this installation could not be read (HTTP ${response.status}).`);
  }
  const config: unknown = await response.json();
  if (!isConfig(config)) {
    throw new Error("The settings of this installation are not complete: /config.json needs oidc and api.");
  }
  return config;
}

function isConfig(value: unknown): value is Config {
  const config = value as Partial<Config> | null;
  return (
    typeof config?.api === "string" &&
    typeof config.oidc?.issuer === "string" &&
    typeof config.oidc.clientId === "string"
  );
}

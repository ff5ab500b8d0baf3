/** The engine that the user asked for, and by what. */
export interface RequestedEngine {
  /** Its address, for example `unix:///run/user/1000/docker.sock`. */
  readonly endpoint: string;
  /** What named it, for example `DOCKER_HOST`. */
  readonly origin: string;
}

/** What an editor shows of a field. */
export interface Description {
  readonly title?: string;
  readonly description: string;
}

const say = (description: string): Description => ({ description });

/** The same three fields in three places. */
function logging(path: string, description: string): Readonly<Record<string, Description>> {
  return {
    [path]: { title: "Log", description },
    [`${path}.level`]: say("The least that is logged; off logs nothing. info by default."),
    [`${path}.format`]: say(
      "text for people, json for programs; text where the server's stderr is a terminal, else json, by default.",
    ),
    [`${path}.accessLog`]: say(
      "Whether each request is logged, at the level info: of an application by what its ingress deployment says. true by default.",
    ),
  };
}

/** Every field of a configuration by its path, `[]` for any item of a list. */
export const DESCRIPTIONS: Readonly<Record<string, Description>> = {
  "": {
    title: "isoserve configuration",
    description: "What a server runs: it is made to run these applications, and no others.",
  },
  $schema: say("The JSON Schema of this file, for editors: isoserve schema prints it."),
  httpOptions: {
    title: "HTTP server",
    description: "How the server answers HTTP. Fixed when it starts: later changes need a restart.",
  },
  "httpOptions.host": say(
    "Address to listen on: 127.0.0.1 for this machine only, 0.0.0.0 for all its addresses.",
  ),
  "httpOptions.port": say("Port to listen on; 0 takes any free one."),
  "httpOptions.location": say(
    "HeadOnly listens; NoServer does not, so that applications are only called by their handles.",
  ),
  "httpOptions.requestTimeoutMs": say(
    "Milliseconds that a request may take until its answer is complete; then it is cancelled, and answered 504 if no answer has begun.",
  ),
  "httpOptions.keepAliveTimeoutMs": say("Milliseconds an idle connection stays open."),
  "httpOptions.headersTimeoutMs": say(
    "Milliseconds a client may take to send a request's headers; then it is answered 408.",
  ),
  "httpOptions.receiveTimeoutMs": say(
    "Milliseconds a client may take to send all of a request, its body too; then it is answered 408.",
  ),
  "httpOptions.bodyLimitBytes": say("Bytes a request body may have; over it the answer is 413."),
  "httpOptions.serverTiming": say(
    "Whether answers say in the header Server-Timing what their time went to: waiting for a replica, computing, all of it.",
  ),
  "httpOptions.tls": {
    title: "TLS",
    description: "With a key and a certificate the server speaks HTTPS.",
  },
  "httpOptions.tls.keyFile": say("PEM file with the private key, relative to this file."),
  "httpOptions.tls.certFile": say("PEM file with the certificates, relative to this file."),
  "httpOptions.tls.passphraseFile": say("File with the passphrase of an encrypted key."),
  "httpOptions.tls.caFile": say(
    "PEM file with certificates of authorities: only clients with a certificate of one of them are served.",
  ),
  ...logging(
    "logging",
    "What the server logs, and how, as far as applications and deployments don't say it. Fixed when it starts: later changes need a restart.",
  ),
  targetCapacity: say(
    "Percent of every replica count that runs, 0 to 100; at least one replica each unless it is 0.",
  ),
  applications: say("The applications that run. One that is no longer listed is deleted."),
  "applications[]": {
    title: "Application",
    description: "Deployments bound together in code, served under one path.",
  },
  "applications[].name": say("Unique among the applications: letters, digits, . _ -"),
  "applications[].routePrefix": say("Where it answers: / or /path. Unique among the applications."),
  "applications[].importPath": say(
    "The module that exports the application, with #name for an export other than the default. A path that starts with . is relative to this file.",
  ),
  "applications[].autoscalingPolicy": say(
    "A function, such as ./app.ts#scale, that says how many replicas the autoscaled deployments should have, all together.",
  ),
  "applications[].args": say(
    "JSON given to the export, where it is a function (args) => application.",
  ),
  ...logging(
    "applications[].logging",
    "What the application logs, and how, as far as its deployments don't say it.",
  ),
  ...logging(
    "applications[].deployments[].logging",
    "What the deployment logs, and how. A change restarts nothing.",
  ),
  "applications[].traffic": say("How the application's splits divide their calls, by name."),
  "applications[].traffic{}": {
    title: "Traffic of a split",
    description: "Instead of what the code says.",
  },
  "applications[].traffic{}.weights": say("The share of each arm, 0 to 1: together 1."),
  "applications[].traffic{}.shadow": say(
    "The share of the calls that each shadow gets a copy of, 0 to 1.",
  ),
  "applications[].deployments": say("Options of single deployments, over those given in the code."),
  "applications[].deployments[]": {
    title: "Deployment",
    description: "Options of one deployment; what is not given is as in the code.",
  },
  "applications[].deployments[].name": say("The deployment's name in the code."),
  "applications[].deployments[].numReplicas": say(
    "Running copies; auto has their count follow the load.",
  ),
  "applications[].deployments[].autoscaling": say(
    "How the count of replicas follows the load, instead of a number. Durations are milliseconds.",
  ),
  "applications[].deployments[].autoscaling.minReplicas": say(
    "1 by default. With 0 nothing runs while nobody calls.",
  ),
  "applications[].deployments[].autoscaling.initialReplicas": say(
    "With how many it starts; minReplicas by default.",
  ),
  "applications[].deployments[].autoscaling.maxReplicas": say(
    "100 by default, and no more than the cores that the host has told.",
  ),
  "applications[].deployments[].autoscaling.targetOngoingRequests": say(
    "Calls, waiting ones included, that each replica should have on average; 2 by default.",
  ),
  "applications[].deployments[].autoscaling.upscaleDelayMs": say(
    "How long more replicas must be wanted before they are started; 3000 by default.",
  ),
  "applications[].deployments[].autoscaling.downscaleDelayMs": say(
    "How long fewer must be wanted before some are stopped; 60000 by default.",
  ),
  "applications[].deployments[].autoscaling.downscaleToZeroDelayMs": say(
    "The same for the last one; downscaleDelayMs by default.",
  ),
  "applications[].deployments[].autoscaling.upscalingFactor": say(
    "Multiplies each step up; 1 by default.",
  ),
  "applications[].deployments[].autoscaling.downscalingFactor": say(
    "Multiplies each step down; 1 by default.",
  ),
  "applications[].deployments[].autoscaling.lookBackMs": say(
    "Over how long the load is averaged; 10000 by default.",
  ),
  "applications[].deployments[].autoscaling.external": say(
    "The count is what the admin API was told last: another program scales.",
  ),
  "applications[].deployments[].maxOngoingRequests": say(
    "Calls that one replica runs at once, over all its callers.",
  ),
  "applications[].deployments[].maxQueuedRequests": say(
    "Calls that may wait for a replica, for each caller; -1 sets no bound.",
  ),
  "applications[].deployments[].backpressure": say(
    "The HTTP answer to a call that is refused because maxQueuedRequests wait already.",
  ),
  "applications[].deployments[].backpressure.status": say("503, the default, or 429."),
  "applications[].deployments[].backpressure.retryAfterSeconds": say(
    "For the header Retry-After, rounded up; 1 by default.",
  ),
  "applications[].deployments[].userConfig": say(
    "JSON handed to the class's reconfigure before its first call, and again whenever it changes.",
  ),
  "applications[].deployments[].requestTimeoutMs": say(
    "Milliseconds that a call may take, waiting and streaming included; then it is cancelled. No bound by default.",
  ),
  "applications[].deployments[].terminateAfterCancelMs": say(
    "Milliseconds after which a replica is ended, with all calls it runs, that still runs a call which was cancelled or is late; never, by default. Workers only.",
  ),
  "applications[].deployments[].router": say(
    "How each caller chooses the replica of a call; what has a session or a model goes by that first.",
  ),
  "applications[].deployments[].version": say(
    "An update keeps the replicas of the same version; without it every change of the code replaces them.",
  ),
  "applications[].deployments[].rollingUpdateFraction": say(
    "Part of the replicas that an update replaces at a time, over 0 and up to 1; one at least.",
  ),
  "applications[].deployments[].rollout": say(
    "Has an update move traffic to the new version step by step, and back when its calls fail or take too long.",
  ),
  "applications[].deployments[].rollout.steps": say(
    "Shares of the traffic for the new version, growing; the last is 1.",
  ),
  "applications[].deployments[].rollout.steps[]": say("Over 0 and up to 1."),
  "applications[].deployments[].rollout.holdMs": say(
    "Milliseconds that each step is held, from when its replicas run.",
  ),
  "applications[].deployments[].rollout.abortIf": say(
    "When to go back to the version before, by the calls of the step.",
  ),
  "applications[].deployments[].rollout.abortIf.errorRate": say(
    "Part of the new version's calls that may fail, 0 to 1.",
  ),
  "applications[].deployments[].rollout.abortIf.p99Ms": say(
    "Milliseconds that 99 % of its calls must not exceed, in a replica.",
  ),
  "applications[].deployments[].rollout.abortIf.minRequests": say(
    "Calls of a step before its limits are looked at; 20 by default.",
  ),
  "applications[].deployments[].isolation": say(
    "inline runs replicas in the server's own thread, worker each in a worker.",
  ),
  "applications[].deployments[].resources": say(
    "What each replica reserves of its host, fractions allowed; it starts once that is free.",
  ),
  "applications[].deployments[].resources.cpus": say("Processor cores."),
  "applications[].deployments[].resources.gpus": say("Graphics processors."),
  "applications[].deployments[].resources.memoryMb": say("Memory in megabytes."),
  "applications[].deployments[].resources.custom": say(
    "Amounts of other resources that the host was told it has, by name.",
  ),
  "applications[].deployments[].runtimeEnv": say("What its replicas run in."),
  "applications[].deployments[].runtimeEnv.env": say(
    "Environment variables of its worker threads, on Node.",
  ),
  "applications[].deployments[].initTimeoutMs": say(
    "Milliseconds for importing the module, construction, init and reconfigure.",
  ),
  "applications[].deployments[].gracefulShutdownTimeoutMs": say(
    "Milliseconds that running calls may take to end when a replica leaves.",
  ),
  "applications[].deployments[].maxConstructorRetries": say(
    "Failed starts in a row after which a deployment that never started gives up; at most three a replica.",
  ),
  "applications[].deployments[].healthCheckPeriodMs": say("Milliseconds between health checks."),
  "applications[].deployments[].healthCheckTimeoutMs": say(
    "Milliseconds a health check may take; three failures in a row replace the replica.",
  ),
};

/**
 * The worker on Cloudflare. Router and pool are data of the script, so that they are loaded before the
 * first request, in the time that a script has to start and not in that of a request.
 *
 * @module
 */
import router from "uniroute/default.router";
import pool from "./assets/pool.json";
import worker, { start } from "./worker.js";

start({ router, pool });

export default worker;

/**
 * The worker on Cloudflare. Router and pool are data of the script: they load before the first request, in
 * the start time of the script and not in the time of a request.
 *
 * @module
 */
import router from "uniroute/default.router";
import pool from "./assets/pool.json";
import worker, { start } from "./worker.js";

start({ router, pool });

export default worker;

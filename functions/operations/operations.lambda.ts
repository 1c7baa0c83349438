import { healthRoutes } from '#operations/contract';
import { live, ready } from '#operations/http/health';
import { authenticateNobody } from '#platform/http/authenticate';
import { httpFunction } from '#platform/http/http-function';
import { bus, db, workflows } from '#platform/runtime/clients';
import { lambda } from '#platform/runtime/lambda';

export const health = lambda({ db, bus, workflows }, httpFunction(healthRoutes, authenticateNobody, { live, ready }));

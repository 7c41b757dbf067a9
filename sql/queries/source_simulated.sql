-- -> simulated boolean: some rows came from the simulator
SELECT EXISTS (SELECT FROM load WHERE simulated) AS simulated;

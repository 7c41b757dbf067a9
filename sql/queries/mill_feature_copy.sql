-- Features of bars; the columns are those of the list, in its order.
COPY feature (
    instrument_id, interval_s, ts, version, return_1, return_5, return_10, log_return_1, log_return_5,
    log_return_10, momentum_10, volatility_5, volatility_10, volatility_20, high_low_ratio, volume_change,
    volume_momentum_10, volume_ratio_20, price_volume_trend_20, rsi_zone, macd_cross, bollinger_position,
    bollinger_width, bollinger_squeeze, distance_sma_20, distance_sma_50, distance_sma_100, distance_sma_200,
    distance_ema_12, distance_ema_26, distance_ema_50, distance_vwap, hour, weekday, market_open
) FROM STDIN (FORMAT binary)

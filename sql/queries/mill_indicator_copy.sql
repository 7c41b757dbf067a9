-- Indicators of bars; the columns are those of the list, in its order.
COPY indicator (
    instrument_id, interval_s, ts, sma_20, sma_50, sma_100, sma_200, ema_12, ema_26, ema_50, rsi_14, macd,
    macd_signal, macd_hist, bb_upper, bb_middle, bb_lower, stoch_k, stoch_d, atr_14, adx_14, vwap, volume_sma_20
) FROM STDIN (FORMAT binary)

"""«Интеграция 1С»: receipts load into 1С:Бухгалтерия 3.0 by its own exchange."""

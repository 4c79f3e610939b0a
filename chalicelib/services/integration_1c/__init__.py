"""«Интеграция 1С»: retail reports of cash registers for 1С:Бухгалтерия."""

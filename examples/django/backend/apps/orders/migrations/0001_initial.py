from django.db import migrations, models
import django.db.models.deletion


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('accounts', '0002_member'),
    ]

    operations = [
        migrations.CreateModel(
            name='Order',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('company', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='orders', to='accounts.company')),
                ('customer', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='orders', to='accounts.member')),
                ('status', models.CharField(choices=[('draft', 'draft'), ('placed', 'placed'), ('approved', 'approved'), ('packed', 'packed'), ('shipped', 'shipped'), ('delivered', 'delivered'), ('returned', 'returned'), ('cancelled', 'cancelled')], default='draft', max_length=12)),
            ],
        ),
    ]
